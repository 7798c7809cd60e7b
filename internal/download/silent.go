package download

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// stall is how long a server may be silent, at the beginning and in the middle of what it sends.
const stall = time.Minute

// do is [http.Client.Do] that gives up a server which does not connect, answer or go on sending for so long. A download as a
// whole may take as long as it takes.
func do(request *http.Request, stall time.Duration) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	silent := time.AfterFunc(stall, func() { cancel(fmt.Errorf("the server was silent for %v", stall)) })
	response, err := client.Do(request.WithContext(ctx))
	if err != nil {
		silent.Stop()
		if cause := context.Cause(ctx); cause != nil && request.Context().Err() == nil {
			err = cause
		}
		cancel(nil)
		return nil, err
	}
	response.Body = &body{response.Body, ctx, cancel, silent, stall}
	return response, nil
}

// client has the environment's proxies, and no more than http.DefaultClient beside: the silence is watched by do.
var client = &http.Client{Transport: &http.Transport{
	Proxy:               http.ProxyFromEnvironment,
	DialContext:         (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
	TLSHandshakeTimeout: 30 * time.Second,
	ForceAttemptHTTP2:   true,
}}

// body is a response's that starts the clock anew with everything that comes.
type body struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	silent *time.Timer
	stall  time.Duration
}

func (b *body) Read(p []byte) (int, error) {
	b.silent.Reset(b.stall)
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		if cause := context.Cause(b.ctx); cause != nil {
			err = cause
		}
	}
	return n, err
}

func (b *body) Close() error {
	b.silent.Stop()
	b.cancel(nil)
	return b.ReadCloser.Close()
}
