package figures_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"vapoflow/figures"
)

var drawings = map[string]func() (*figures.Figure, error){
	"field": drawField,
	"lines": drawLines,
	"sheet": drawSheet,
}

// TestGolden compares each drawing with the one in testdata, which
// go test -run Golden -regen ./figures rewrites. The tolerance leaves room for
// the last bits of another processor, not for a moved label.
func TestGolden(t *testing.T) {
	for name, draw := range drawings {
		t.Run(name, func(t *testing.T) {
			figure, err := draw()
			if err != nil {
				t.Fatal(err)
			}
			figure.DPI = goldenDPI
			var got bytes.Buffer
			if err := figure.WritePNG(&got); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".png")
			if *cmpimg.GenerateTestData {
				if err := figure.Save(path); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			same, err := cmpimg.EqualApprox("png", got.Bytes(), want, 0.1)
			if err != nil {
				t.Fatal(err)
			}
			if !same {
				seen := filepath.Join(os.TempDir(), "figures_"+name+".png")
				if err := os.WriteFile(seen, got.Bytes(), 0o644); err != nil {
					t.Log(err)
				}
				t.Errorf("%s has changed: look at %s; if it is right, run go test -run Golden -regen ./figures", path, seen)
			}
		})
	}
}

// TestSameBytes holds because a record keeps the sum of what it drew.
func TestSameBytes(t *testing.T) {
	for name, draw := range drawings {
		var first [2]bytes.Buffer
		for round := range 2 {
			figure, err := draw()
			if err != nil {
				t.Fatal(err)
			}
			figure.DPI = goldenDPI
			var again [2]bytes.Buffer
			if err := errors.Join(figure.WritePNG(&again[0]), figure.WriteSVG(&again[1])); err != nil {
				t.Fatal(err)
			}
			if round == 0 {
				first = again
				continue
			}
			for i, format := range []string{"PNG", "SVG"} {
				if !bytes.Equal(first[i].Bytes(), again[i].Bytes()) {
					t.Errorf("%s: the %s differs when drawn again", name, format)
				}
			}
		}
	}
}

// TestSVG reads each drawing as XML. A blank at the end of a text element
// would be dropped by a viewer and shift its letters.
func TestSVG(t *testing.T) {
	for name, draw := range drawings {
		figure, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		var svg bytes.Buffer
		if err := figure.WriteSVG(&svg); err != nil {
			t.Fatal(err)
		}
		decoder := xml.NewDecoder(&svg)
		texts, inText := 0, false
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch token := token.(type) {
			case xml.StartElement:
				inText = token.Name.Local == "text"
			case xml.EndElement:
				inText = false
			case xml.CharData:
				if s := string(token); inText {
					texts++
					if s != strings.TrimSpace(s) {
						t.Errorf("%s: text %q has a blank at an end", name, s)
					}
				}
			}
		}
		if texts == 0 && name != "sheet" {
			t.Errorf("%s has no text element", name)
		}
	}
}
