package main

import (
	"os"
	"testing"
)

// THIRD_PARTY_NOTICES is what the modules of go.mod say.
func TestNoticesAreCurrent(t *testing.T) {
	want, err := notices()
	if err != nil {
		t.Fatal(err)
	}
	if is, _ := os.ReadFile("../../THIRD_PARTY_NOTICES"); string(is) != string(want) {
		t.Errorf("THIRD_PARTY_NOTICES is not current (%d bytes, want %d): run make notices", len(is), len(want))
	}
}
