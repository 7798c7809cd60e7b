package strictjson_test

import (
	"encoding/json"
	"strings"
	"testing"

	"vapoflow/internal/strictjson"
)

func TestRefuses(t *testing.T) {
	for _, text := range []string{"null", `{"a":null}`, `{"a":1,"a":2}`, `{"b":[{"a":1,"a":1}]}`, `{} {}`, `{"a":1`, ``, `[1,null]`, strings.Repeat(`[`, 200_000)} {
		var v any
		if err := strictjson.Unmarshal([]byte(text), &v); err == nil {
			t.Errorf("%.50q was read as %v", text, v)
		}
	}
	var v struct{ A []int }
	if err := strictjson.Unmarshal([]byte(` {"a":[1,2], "other":{"a":"null"}} `), &v); err != nil || len(v.A) != 2 {
		t.Errorf("read %v: %v", v, err)
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":[true,"x"]}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var v any
		if strictjson.Unmarshal(text, &v) == nil && !json.Valid(text) {
			t.Errorf("%q is no JSON and was read", text)
		}
	})
}
