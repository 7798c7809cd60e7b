package paper

import (
	"fmt"

	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
)

// Sets are data sets that are open, for runs that share them: a folder of images takes minutes to open. It is for one goroutine.
type Sets struct{ open map[string]dataset.Dataset }

// Open opens the split of a configuration's data, once.
func (s *Sets) Open(c vapo.Config, root, split string) (dataset.Dataset, error) {
	key := fmt.Sprintf("%q", []any{c.Data, c.ImageSize, c.Options, root, split})
	if data, ok := s.open[key]; ok {
		return data, nil
	}
	data, err := c.Open(root, split)
	if err != nil {
		return nil, err
	}
	if s.open == nil {
		s.open = map[string]dataset.Dataset{}
	}
	s.open[key] = data
	return data, nil
}

// open is a split of the run's data.
func (t *trial) open(split string) (dataset.Dataset, error) {
	return t.Sets.Open(t.Config, t.DataRoot, split)
}
