package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A header identifies a message of the Jupyter protocol, version 5.
type header struct {
	ID       string `json:"msg_id"`
	Type     string `json:"msg_type"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Version  string `json:"version"`
	Date     string `json:"date"`
}

// A message is what a notebook run needs of a Jupyter message; metadata and buffers are dropped.
type message struct {
	header, parent header
	content        json.RawMessage
}

// newMessage makes a request with content, any value that marshals to a JSON object.
func newMessage(session, kind string, content any) (message, error) {
	text, err := json.Marshal(content)
	now := time.Now().UTC().Format(time.RFC3339Nano)
	return message{header: header{rand.Text(), kind, session, "headless", "5.4", now}, content: text}, err
}

// delimiter ends the routing identities of a message on the wire.
var delimiter = []byte("<IDS|MSG>")

// frames renders the message for the wire: delimiter, signature, header, parent header, metadata, content.
// Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
func (m message) frames(key []byte) ([][]byte, error) {
	head, err := json.Marshal(m.header)
	if err != nil {
		return nil, err
	}
	signed := [][]byte{head, []byte("{}"), []byte("{}"), m.content}
	return append([][]byte{delimiter, signature(key, signed)}, signed...), nil
}

// parseMessage is the inverse of frames, and checks the signature.
func parseMessage(key []byte, frames [][]byte) (m message, err error) {
	for len(frames) > 0 && !bytes.Equal(frames[0], delimiter) {
		frames = frames[1:]
	}
	if len(frames) < 6 {
		return m, fmt.Errorf("a message of the kernel has %d frames behind its delimiter, want at least 6", len(frames))
	}
	signed := frames[2:6]
	if !hmac.Equal(frames[1], signature(key, signed)) {
		return m, errors.New("a message of the kernel has a wrong signature")
	}
	m.content = signed[3]
	if err = json.Unmarshal(signed[0], &m.header); err == nil {
		err = json.Unmarshal(signed[1], &m.parent)
	}
	return m, err
}

// signature is the hexadecimal HMAC-SHA256 of the frames.
func signature(key []byte, signed [][]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, frame := range signed {
		mac.Write(frame)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}
