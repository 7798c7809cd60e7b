package download

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A server that never answers, or stops in the middle, is given up; one that is slow and goes on is not.
func TestSilentServers(t *testing.T) {
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		flush := http.NewResponseController(w).Flush
		switch r.URL.Path {
		case "/never":
			<-stop
		case "/half":
			io.WriteString(w, "half")
			flush()
			<-stop
		case "/slow":
			for range 6 {
				time.Sleep(100 * time.Millisecond)
				io.WriteString(w, "x")
				flush()
			}
		}
	}))
	defer server.Close()
	defer close(stop)
	for path, want := range map[string]string{"/never": "silent", "/half": "silent", "/slow": ""} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		var text []byte
		response, err := do(request, 400*time.Millisecond)
		if err == nil {
			text, err = io.ReadAll(response.Body)
			response.Body.Close()
		}
		if told := err != nil && strings.Contains(err.Error(), "silent"); told != (want != "") || err == nil &&
			string(text) != "xxxxxx" {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
}
