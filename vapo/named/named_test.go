package named_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"vapoflow/vapo/named"
)

// curve is a kind of piece.
type curve interface{ At(x float64) float64 }

// power is a curve with an option.
type power struct {
	Exponent int     `json:"exponent"`
	Scale    float64 `json:"scale"` // curves have it in common
}

func (p power) At(x float64) float64 {
	y := p.Scale
	for range p.Exponent {
		y *= x
	}
	return y
}

func (p power) Validate() error {
	if p.Exponent < 0 {
		return fmt.Errorf("exponent must not be negative, got %d", p.Exponent)
	}
	return nil
}

type flat func(x float64) float64

func (f flat) At(x float64) float64 { return f(x) }

var curves = named.New("curve", named.Entries[curve]{
	{"power", "x to a power", power{Exponent: 2, Scale: 1}},
	{"zero", "nothing", flat(func(float64) float64 { return 0 })},
})

func ExampleList_Make() {
	c, err := curves.Make("power", map[string]any{"scale": 10.0}, named.Values{"exponent": []byte("3")})
	fmt.Println(c.At(2), err)
	fmt.Println(curves.Options("power"), curves.Options("zero"))
	// Output:
	// 80 <nil>
	// [exponent=2 scale=1] []
}

func ExampleList_Find() {
	c, _ := curves.Find("power")
	fmt.Println(c.At(3))
	_, err := curves.Find("six")
	fmt.Println(err)
	// Output:
	// 9
	// unknown curve "six"; choose one of power, zero
}

// What cannot be set is named, with what can.
func TestMakeRefuses(t *testing.T) {
	shared := map[string]any{"scale": 1.0}
	for want, c := range map[string]struct {
		name string
		own  named.Values
	}{
		`unknown curve "line"`: {"line", nil},
		`curve.degree: curve "power" has no such option; it has exponent`: {"power", named.Values{"degree": []byte("3")}},
		`curve.degree: curve "zero" has no options`:                       {"zero", named.Values{"degree": []byte("3")}},
		`curve.scale: set scale itself`:                                   {"power", named.Values{"scale": []byte("3")}},
		`curve.exponent must be a whole number, got 1.5`:                  {"power", named.Values{"exponent": []byte("1.5")}},
		`curve.exponent must be a whole number, got null`:                 {"power", named.Values{"exponent": []byte("null")}},
		`curve "power": exponent must not be negative, got -1`:            {"power", named.Values{"exponent": []byte("-1")}},
	} {
		if _, err := curves.Make(c.name, shared, c.own); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that says %q, got %v", want, err)
		}
	}
	if c, err := curves.Find("power"); err != nil || c.At(2) != 4 {
		t.Errorf("the list's own value was changed (%v)", errors.Join(err))
	}
}

type tagless struct {
	Count int
}

func (tagless) At(x float64) float64 { return x }

type misspelt struct {
	Scale float64 `json:"scle"`
}

func (misspelt) At(x float64) float64 { return x }

// An option that a forgotten tag hides, or a misspelt one keeps from the setting of its kind, is told.
func TestTagsOfOptions(t *testing.T) {
	func() {
		defer func() {
			if text := fmt.Sprint(recover()); !strings.Contains(text, "the curve plain: its field Count is no option without a json tag, such as `json:\"count\"`") {
				t.Errorf("no json tag: %s", text)
			}
		}()
		named.New("curve", named.Entries[curve]{{"plain", "one", tagless{3}}})
	}()
	list := named.New("curve", named.Entries[curve]{{"wrong", "one", misspelt{3}}})
	if _, err := list.Make("wrong", map[string]any{"scale": 1.0}, nil); err == nil ||
		!strings.Contains(err.Error(), `the setting scale sets the field with that json tag, and the piece has "scle"`) {
		t.Errorf("a misspelt tag: %v", err)
	}
}

// Options are the same text whatever the order and spacing in which they came, and none leave no trace in JSON.
func TestOptions(t *testing.T) {
	type config struct {
		Name    string        `json:"name"`
		Options named.Options `json:"options,omitempty"`
	}
	var a, b config
	if err := json.Unmarshal([]byte(`{"name":"x","options":{"loss.a": 1, "curve.exponent" : 3}}`), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"name":"x","options":{"curve.exponent":3,"loss.a":1}}`), &b); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(a)
	if a != b || err != nil || string(text) != `{"name":"x","options":{"curve.exponent":3,"loss.a":1}}` {
		t.Errorf("%v and %v, as JSON %s (%v)", a, b, text, err)
	}
	if text, _ := json.Marshal(config{Name: "x"}); string(text) != `{"name":"x"}` {
		t.Errorf("no options are %s", text)
	}
	if own := a.Options.Of("curve"); len(own) != 1 || string(own["exponent"]) != "3" {
		t.Errorf("of curve: %s", own)
	}
	if err := a.Options.Only("curve"); err == nil || !strings.Contains(err.Error(), "loss.a") {
		t.Errorf("want an error that names loss.a, got %v", err)
	}
	if err := json.Unmarshal([]byte(`{"options":{"exponent":3}}`), &a); err == nil || !strings.Contains(err.Error(), "exponent") {
		t.Errorf("want an error about a key without its kind, got %v", err)
	}
}
