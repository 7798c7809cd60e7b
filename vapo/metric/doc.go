// Package metric measures samples and scores on the host, in float64.
//
//   - [AUROC] tells how well a score separates two sets.
package metric
