package sealed_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"vapoflow/internal/npz"
	"vapoflow/internal/sealed"
)

type document struct {
	Value float64 `json:"value"`
	Seal  string  `json:"seal,omitempty"`
}

// Every bit of a sealed document that turns is told, or leaves its values as they were.
func TestEveryTurnedBitIsTold(t *testing.T) {
	text, err := sealed.Marshal(document{0.125, sealed.Open})
	if err != nil {
		t.Fatal(err)
	}
	check := func(text []byte) (d document, err error) {
		if err = json.Unmarshal(text, &d); err == nil {
			err = sealed.Check(text, d.Seal)
		}
		return d, err
	}
	if d, err := check(text); err != nil || len(d.Seal) != 64 {
		t.Fatalf("%+v: %v", d, err)
	}
	for bit := range 8 * len(text) {
		turned := bytes.Clone(text)
		turned[bit/8] ^= 1 << (bit % 8)
		if d, err := check(turned); err == nil && d.Value != 0.125 {
			t.Errorf("bit %d: %s", bit, turned)
		}
	}
	if _, err := check(bytes.Replace(text, []byte("0.125"), []byte("0.126"), 1)); !errors.Is(err, npz.ErrDamaged) {
		t.Errorf("an edited value: %v", err)
	}
}
