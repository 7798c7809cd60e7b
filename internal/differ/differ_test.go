package differ

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestSettings(t *testing.T) {
	type config struct {
		Loss    string          `json:"loss"`
		Width   int             `json:"width"`
		Rate    float64         `json:"rate"`
		Flip    bool            `json:"flip"`
		Seed    int64           `json:"seed"`
		Options json.RawMessage `json:"options,omitempty"`
	}
	base := config{"alignment", 64, 1e-3, false, 1, nil}
	other := base
	other.Width, other.Rate, other.Flip, other.Seed = 1000000, 1e-5, true, 2
	own := base
	own.Loss, own.Options = "a b", json.RawMessage(`{"loss.share":0.5,"potential.kind":"x"}`)
	for want, got := range map[*[][]string][][]string{
		{{"width=64", "rate=0.001", "flip=false"}, {"width=1000000", "rate=1e-05", "flip=true"}}: Settings([]config{base, other}, "seed"),
		{{"loss=alignment"}, {"loss=a b", "loss.share=0.5", "potential.kind=x"}}:                 Settings([]config{base, own}),
		{nil, nil}: Settings([]config{base, base}),
		{nil}:      Settings([]config{base}),
	} {
		if !reflect.DeepEqual(*want, got) {
			t.Errorf("got %q, want %q", got, *want)
		}
	}
}
