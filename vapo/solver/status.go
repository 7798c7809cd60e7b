package solver

import "fmt"

// Status says how Solve ended.
type Status int

const (
	Invalid      Status = iota // the input was rejected; nothing was integrated
	Done                       // s1 was reached
	MaxSteps                   // the limit of attempted steps was reached
	NotFinite                  // the state or the field became NaN or infinite
	StepTooSmall               // the step size fell to the resolution of s
	Cancelled                  // the context was cancelled
	FieldFailed                // the field returned an error or tensors of another shape
	DeviceFailed               // the backend could not run the solver's arithmetic
)

var statusText = [...]string{
	Invalid:      "invalid input",
	Done:         "done",
	MaxSteps:     "maximum number of steps reached; raise MaxSteps or loosen RTol and ATol",
	NotFinite:    "state or field not finite (NaN or infinite); check the field near this s",
	StepTooSmall: "step size too small for the tolerance; loosen RTol and ATol or check the field for a jump or pole near this s",
	Cancelled:    "cancelled",
	FieldFailed:  "field failed",
	DeviceFailed: "backend failed; all tensors must live on one backend, with memory left for the stages",
}

// String describes the status and, where there is some, gives advice.
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusText) {
		return fmt.Sprintf("status %d", int(s))
	}
	return statusText[s]
}

// Failure is the error of an integration that stopped before its end.
type Failure struct {
	Status   Status
	Tableau  string  // name of the method
	S        float64 // the s reached
	S0, S1   float64
	Steps    int
	Rejected int
	NFE      int
	Err      error // the cause: the context's or the field's error; nil otherwise
}

// Error names the s reached, the counts and the reason.
func (f *Failure) Error() string {
	text := fmt.Sprintf("solver: %s stopped at s = %.6g on the way from %g to %g after %d steps (%d rejected, %d "+
		"evaluations): %v",
		f.Tableau, f.S, f.S0, f.S1, f.Steps, f.Rejected, f.NFE, f.Status)
	if f.Err != nil {
		text += ": " + f.Err.Error()
	}
	return text
}

// Unwrap returns the cause, so that errors.Is(err, context.Canceled) works.
func (f *Failure) Unwrap() error { return f.Err }
