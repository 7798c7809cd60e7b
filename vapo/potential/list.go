package potential

import (
	"fmt"

	"vapoflow/vapo/named"
)

// List is the potentials that can be named: a new one is one line here.
var List = named.New("potential", named.Entries[Potential]{
	{"mlp", "fully connected network for points [batch, d]", MLP{}},
	{"resnet", "convolutional encoder for images [batch, height, width, channels]", ResNet{}},
})

// New gives the potential called name. Its width and depth, of which 0 is the network's default, set the fields with those json
// tags; own are its other options. A width or depth that it has no field for is an error.
func New(name string, width, depth int, own named.Values) (Potential, error) {
	if width < 0 || depth < 0 {
		return nil, fmt.Errorf("width and depth must not be negative, got %d and %d", width, depth)
	}
	if _, err := List.Find(name); err != nil {
		return nil, err
	}
	size := map[string]any{"width": width, "depth": depth}
	for key, value := range size {
		if value != 0 && !List.Takes(name, key) {
			return nil, fmt.Errorf("potential %q has no %s; leave it at 0", name, key)
		}
	}
	return List.Make(name, size, own)
}
