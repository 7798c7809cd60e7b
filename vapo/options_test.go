package vapo_test

import (
	"testing"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// A configuration without options has the key that it had before there were any; an option of a piece's own changes the key and
// the network.
func TestOptionsOfAPiece(t *testing.T) {
	c := vapo.DefaultConfig()
	data, err := c.Open("", "train")
	if err != nil {
		t.Fatal(err)
	}
	const before = "d7f2c5f663cb4bde" // moves with TrainingVersion and what else is in the key
	if key := c.Key(data); key != before {
		t.Errorf("key %s, want %s: models that were trained are not found any more", key, before)
	}
	plain, err := c.Model(backend.Host(), []int{2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Options, err = c.Options.With("potential.frequencies", []byte("8")); err != nil {
		t.Fatal(err)
	}
	other, err := c.Model(backend.Host(), []int{2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Key(data) == before || plain.Potential == other.Potential {
		t.Errorf("with potential.frequencies=8 the key is %s and the network %+v", c.Key(data), other.Potential)
	}
}
