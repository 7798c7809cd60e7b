package main

import "testing"

// TestSignature: the value is that of jupyter_client's Session.sign for the same key and frames.
func TestSignature(t *testing.T) {
	got := signature([]byte("secret"), [][]byte{[]byte(`{"msg_id":"1"}`), []byte("{}"), []byte("{}"), []byte(`{"code":"x"}`)})
	if want := "6d4e96e072a7d545daf167071b1f625b663fcd9227dc75b9859ef0fcf0aef780"; string(got) != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// TestMessageRoundTrip: what is sent is read back behind any routing identities; a message that was tampered with is refused.
func TestMessageRoundTrip(t *testing.T) {
	key := []byte("secret")
	sent, err := newMessage("session", "execute_request", map[string]any{"code": "%%"})
	if err != nil {
		t.Fatal(err)
	}
	frames, err := sent.frames(key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseMessage(key, append([][]byte{[]byte("identity")}, frames...))
	if err != nil || got.header != sent.header || string(got.content) != string(sent.content) {
		t.Errorf("read %+v, %v, want %+v", got, err, sent)
	}
	frames[5] = []byte(`{"code":"!rm"}`)
	if _, err := parseMessage(key, frames); err == nil {
		t.Error("a changed message was accepted")
	}
	if _, err := parseMessage(key, frames[:3]); err == nil {
		t.Error("half a message was accepted")
	}
}
