package paper

import "testing"

// Whatever a configuration holds, it is applied or refused.
func FuzzConfig(f *testing.F) {
	base := planarSettings("smoke", "best")
	f.Add([]byte(base.String()))
	f.Add([]byte(`{"steps": 1e3, "batch": "4", "loss": 3}`))
	f.Add([]byte(`{"potential": "resnet", "depth": 99999999999999999999, "potential.frequencies": 8}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		changes, err := parseChanges(text, "fuzz.json")
		if err != nil {
			return
		}
		s := base
		if s.Apply(changes) == nil && s.Validate() == nil {
			_ = s.checkMemory([]int{2})
			_ = s.checkMemory([]int{32, 32, 3})
		}
	})
}
