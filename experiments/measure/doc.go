// Package measure holds what elements, benches and notebooks measure flows with: the plane beside its exact field, the held-out
// loss, drawn images and their distances to the data, and scores that tell sets apart. Each takes all that it needs as arguments.
package measure
