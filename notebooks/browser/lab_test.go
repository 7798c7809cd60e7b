package browser

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A lab is a running JupyterLab over a folder of its own, with settings of its own.
type lab struct {
	folder, host, token string
}

// startLab starts scripts/lab, which is what make lab does, over a folder of its own.
func startLab(t *testing.T) lab {
	t.Helper()
	l := lab{folder: t.TempDir(), token: "browser-test"}
	port := freePort(t)
	l.host = fmt.Sprintf("127.0.0.1:%d", port)
	log, err := os.Create(filepath.Join(pictures(t), t.Name()+".log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	command := exec.Command(filepath.Join(repository, "scripts", "lab"), l.folder, "--no-browser", fmt.Sprintf("--port=%d", port), "--ServerApp.port_retries=0")
	command.Stdout, command.Stderr = log, log
	command.Env = append(os.Environ(), "JUPYTER_TOKEN="+l.token)
	for _, kind := range []string{"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"} {
		command.Env = append(command.Env, kind+"="+t.TempDir())
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() { stopLab(command.Process.Pid, ended) })
	for start := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		if reply, err := http.Get("http://" + l.host + "/api?token=" + l.token); err == nil {
			reply.Body.Close()
			return l
		}
		select {
		case err := <-ended:
			ended <- err
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("scripts/lab ended: %v\n%s", err, text)
		default:
		}
		if time.Since(start) > 10*time.Minute { // it may install JupyterLab
			t.Fatal("JupyterLab did not start within ten minutes")
		}
	}
}

// copyFigure1 copies Figure 1's notebook at the given preset. The copy ends with the first cell that contains last, unless that is "".
func copyFigure1(t *testing.T, to, preset, last string) {
	t.Helper()
	text, err := os.ReadFile("../fig1.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	chosen := regexp.MustCompile(`(preset\s*= \\")\w+(\\")`)
	if !chosen.Match(text) {
		t.Fatal("fig1.ipynb declares no preset")
	}
	var notebook map[string]any
	if err := json.Unmarshal(chosen.ReplaceAll(text, []byte("${1}"+preset+"${2}")), &notebook); err != nil {
		t.Fatal(err)
	}
	cells := notebook["cells"].([]any)
	if last != "" {
		end := slices.IndexFunc(cells, func(cell any) bool { return strings.Contains(fmt.Sprint(cell), last) })
		notebook["cells"] = cells[:end+1]
	}
	writeNotebook(t, to, notebook)
}

func writeNotebook(t *testing.T, to string, notebook map[string]any) {
	t.Helper()
	text, err := json.Marshal(notebook)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// notebookOf has these cells of Go.
func notebookOf(cells ...string) map[string]any {
	var list []any
	for i, source := range cells {
		list = append(list, map[string]any{"cell_type": "code", "id": fmt.Sprint("cell-", i), "source": source, "metadata": map[string]any{}, "outputs": []any{}, "execution_count": nil})
	}
	kernel := map[string]any{"name": "vapo", "display_name": "Go (VAPO)", "language": "go"}
	return map[string]any{"nbformat": 4, "nbformat_minor": 5, "cells": list, "metadata": map[string]any{"kernelspec": kernel}}
}

// stopLab ends the server politely, which ends its kernels, and then whatever is left of it.
func stopLab(pid int, ended <-chan error) {
	syscall.Kill(pid, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
	}
	syscall.Kill(-pid, syscall.SIGKILL)
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
