// Package meter counts what is downloaded.
package meter

// Meter is a writer that reports how many bytes went through it.
type Meter struct {
	Done, Total int64                   // bytes; a total of -1 is unknown
	Report      func(done, total int64) // may be nil
}

// Write counts p and never fails.
func (m *Meter) Write(p []byte) (int, error) {
	m.Done += int64(len(p))
	if m.Report != nil {
		m.Report(m.Done, m.Total)
	}
	return len(p), nil
}
