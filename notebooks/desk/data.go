package desk

import (
	"errors"
	"fmt"
	"sync"

	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
)

// standIn is the data that takes the place of what is not found.
const standIn = "drawn"

// Find names the data to go on with: that which was asked for or, where it is not found, "drawn", images by formula. Missing then
// says where it was looked for and how to get it. Other faults of data stop the cell.
func Find(data string) (name string, missing error) {
	_, err := Open(vapo.Config{Data: data}, "train")
	if errors.Is(err, dataset.ErrMissing) {
		return standIn, fmt.Errorf("%w\nImages drawn by formula stand in for %s", err, data)
	}
	return Must(data, err), nil
}

// Open gives a split of a configuration's data. A cell that asks for it again reads nothing again.
func Open(c vapo.Config, split string) (dataset.Dataset, error) {
	type which struct {
		data, split string
		size        int
	}
	key := which{c.Data, split, c.ImageSize}
	if data, ok := opened.Load(key); ok {
		return data.(dataset.Dataset), nil
	}
	data, err := c.Open(DataRoot(), split)
	if err == nil {
		opened.Store(key, data)
	}
	return data, err
}

var opened sync.Map
