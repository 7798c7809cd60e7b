package desk_test

import (
	"errors"
	"strings"
	"testing"

	"vapoflow/notebooks/desk"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
)

// What is missing has a stand-in, and its name and how to get it are told; a name that does not exist has none.
func TestFindStandsInForMissingDataAlone(t *testing.T) {
	newCheckout(t)
	t.Setenv("VAPO_DATA", t.TempDir())
	if name, missing := desk.Find("ring8"); name != "ring8" || missing != nil {
		t.Errorf("ring8 needs no files: %q, %v", name, missing)
	}
	name, missing := desk.Find("cifar10")
	if name != "drawn" || !errors.Is(missing, dataset.ErrMissing) || !strings.Contains(missing.Error(), "stand in for cifar10") {
		t.Errorf("without CIFAR-10: %q, %v", name, missing)
	}
	defer func() {
		if recover() == nil {
			t.Error("data that does not exist was taken")
		}
	}()
	desk.Find("cifar11")
}

func TestOpenReadsOnce(t *testing.T) {
	newCheckout(t)
	open := func(split string) dataset.Dataset {
		data, err := desk.Open(vapo.Config{Data: "drawn"}, split)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if open("train") != open("train") {
		t.Error("the second call opened again")
	}
	if open("train") == open("test") {
		t.Error("the splits are one")
	}
}
