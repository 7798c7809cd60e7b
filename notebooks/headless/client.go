package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"path/filepath"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A connection is the content of a Jupyter connection file. Sockets are Unix sockets IP-PORT: unlike free TCP ports, their names
// cannot be taken by another process between choosing and opening them.
type connection struct {
	Transport string `json:"transport"`
	IP        string `json:"ip"`
	Shell     int    `json:"shell_port"`
	IOPub     int    `json:"iopub_port"`
	Stdin     int    `json:"stdin_port"`
	Control   int    `json:"control_port"`
	Heartbeat int    `json:"hb_port"`
	Scheme    string `json:"signature_scheme"`
	Key       string `json:"key"`
}

// newConnection makes a connection whose sockets lie in folder.
func newConnection(folder string) connection {
	return connection{"ipc", filepath.Join(folder, "s"), 1, 2, 3, 4, 5, "hmac-sha256", rand.Text()}
}

func (c connection) address(port int) string {
	return fmt.Sprintf("%s://%s-%d", c.Transport, c.IP, port)
}

// A client speaks to one kernel.
type client struct {
	key            []byte
	session        string
	shell, control zmq4.Socket
	inbox          chan message // replies and published messages
}

// dial connects to a kernel and waits until it answers. It tries until ctx ends, which also ends the client.
func dial(ctx context.Context, at connection) (*client, error) {
	quiet := []zmq4.Option{zmq4.WithDialerRetry(10 * time.Millisecond), zmq4.WithDialerMaxRetries(-1), zmq4.WithLogger(log.New(io.Discard, "", 0))}
	c := &client{key: []byte(at.Key), session: rand.Text(), shell: zmq4.NewDealer(ctx, quiet...), control: zmq4.NewDealer(ctx, quiet...),
		inbox: make(chan message, 64)}
	iopub := zmq4.NewSub(ctx, quiet...)
	if err := iopub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		return nil, err
	}
	for port, socket := range map[int]zmq4.Socket{at.Shell: c.shell, at.Control: c.control, at.IOPub: iopub} {
		if err := socket.Dial(at.address(port)); err != nil {
			return nil, err
		}
	}
	go c.receive(ctx, c.shell)
	go c.receive(ctx, iopub)
	return c, c.awaken(ctx)
}

// receive moves messages from a socket to the inbox until ctx ends or the kernel is gone.
func (c *client) receive(ctx context.Context, socket zmq4.Socket) {
	for {
		raw, err := socket.Recv()
		if err != nil {
			return
		}
		m, err := parseMessage(c.key, raw.Frames)
		if err != nil {
			continue // not ours: nothing that a run could wait for
		}
		select {
		case c.inbox <- m:
		case <-ctx.Done():
			return
		}
	}
}

// awaken asks the kernel who it is until both the reply and a published status arrive: a publisher drops what it
// sends before it has heard of the subscription.
func (c *client) awaken(ctx context.Context) error {
	var replied, published bool
	for !replied || !published {
		if _, err := c.send(c.shell, "kernel_info_request", map[string]any{}); err != nil {
			return err
		}
		again := time.After(200 * time.Millisecond)
		for waiting := true; waiting && (!replied || !published); {
			select {
			case m := <-c.inbox:
				replied = replied || m.header.Type == "kernel_info_reply"
				published = published || m.header.Type == "status"
			case <-again:
				waiting = false
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// send signs and sends a request, and returns its id, which its answers carry as their parent.
func (c *client) send(to zmq4.Socket, kind string, content any) (id string, err error) {
	m, err := newMessage(c.session, kind, content)
	if err != nil {
		return "", err
	}
	frames, err := m.frames(c.key)
	if err != nil {
		return "", err
	}
	return m.header.ID, to.SendMulti(zmq4.NewMsgFrom(frames...))
}

// A reply is the kernel's answer to a cell.
type reply struct {
	Status    string   `json:"status"` // "ok" or "error"
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// interruptGrace is how long an interrupted cell may take to save what it has.
const interruptGrace = 5 * time.Second

// execute runs one cell and hands what it publishes to show, whose error ends the wait. When ctx ends the program of the cell is
// interrupted and given some seconds to stop; the error is then that of ctx. History decides whether the kernel counts the cell.
func (c *client) execute(ctx context.Context, source string, history bool, died <-chan struct{}, show func(message) error) (answer reply, err error) {
	id, err := c.send(c.shell, "execute_request", map[string]any{"code": source, "silent": false, "store_history": history,
		"user_expressions": map[string]any{}, "allow_stdin": false, "stop_on_error": true})
	if err != nil {
		return answer, err
	}
	var replied, idle bool
	var late <-chan time.Time
	ended := ctx.Done()
	for !replied || !idle {
		select {
		case m := <-c.inbox:
			switch {
			case m.parent.ID != id:
			case m.header.Type == "execute_reply":
				replied = true
				err = json.Unmarshal(m.content, &answer)
			case m.header.Type == "status":
				idle = isIdle(m)
			default:
				err = show(m)
			}
			if err != nil {
				return answer, err
			}
		case <-died:
			return answer, errDied
		case <-ended:
			ended, late = nil, time.After(interruptGrace)
			if _, err := c.send(c.control, "interrupt_request", map[string]any{}); err != nil {
				return answer, ctx.Err()
			}
		case <-late:
			return answer, ctx.Err()
		}
	}
	if late != nil {
		return answer, ctx.Err()
	}
	return answer, nil
}

func isIdle(m message) bool {
	var status struct {
		State string `json:"execution_state"`
	}
	return json.Unmarshal(m.content, &status) == nil && status.State == "idle"
}
