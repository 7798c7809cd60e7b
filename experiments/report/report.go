// Package report writes RESULTS.md and index.html from the records and from nothing else.
package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"vapoflow/experiments/bench"
	"vapoflow/experiments/console"
	"vapoflow/experiments/element"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/sweep"
)

//go:embed report.html
var pageText string

var pageTemplate = template.Must(template.New("report").Parse(pageText))

// page is what a report shows.
type page struct {
	Elements []pageElement
	Own      []pageRun // trainings on own data
	Benches  []pageRun
	Broken   []pageRun // interrupted, failed or unfinished
}

type pageElement struct {
	paper.Element
	Runs []pageRun // largest preset first, as it is before with changes
}

type pageRun struct {
	record.Stored
	Rows    [][2]string // results
	Facts   [][2]string // what was run, on what
	Figures []pageFigure
}

type pageFigure struct {
	File    string
	URI     template.URL // "" where the picture cannot be read
	Caption string
}

// Options say where the pages go.
type Options struct {
	Out        string // folder of results: the records are in its runs, and index.html goes there
	Markdown   string // file for the Markdown
	NoPictures bool   // link no pictures in the Markdown
	Verify     bool   // read every file of the records, and not only those whose size or time tells of a change
}

// Write writes both pages. What is damaged of the records is named instead of shown, and an error.
func Write(o Options, c *console.Console) error {
	runs, problems := record.List(record.RunsDir(o.Out))
	for i, r := range runs {
		if err := r.Check(o.Verify); err != nil {
			problems = append(problems, err)
			if r.WithoutFigures().Check(o.Verify) != nil {
				runs[i].Status, runs[i].Error = damaged, err.Error()
			}
		}
	}
	for _, problem := range problems {
		c.Say("left out: %s", console.OneLine(problem))
	}
	p := newPage(runs)
	var html bytes.Buffer
	if err := pageTemplate.Execute(&html, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	index := filepath.Join(o.Out, "index.html")
	if err := record.WriteFile(index, html.Bytes()); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := record.WriteFile(o.Markdown, []byte(p.markdown(filepath.Dir(o.Markdown), !o.NoPictures))); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	c.Say("report of %d runs: %s and %s", len(runs), o.Markdown, index)
	if len(problems) > 0 {
		return fmt.Errorf("report: what is damaged of %d records is left out, as said above; `experiments verify` names the "+
			"remedy", len(problems))
	}
	return nil
}

// damaged is the status of a run whose files are not as its manifest says.
const damaged record.Status = "damaged"

// Redraw draws the figures of all records again from their arrays, without computing. Records of measurements that are older than
// their arrays stay as they are.
func Redraw(out string, c *console.Console) error {
	runs, _ := record.List(record.RunsDir(out))
	var failed []error
	for _, r := range runs {
		// of a measurement that is no more
		if r.Status != record.Done || bench.Is(r.Manifest) && bench.Drawing(r.Element) == nil && len(r.Figures) > 0 {
			continue
		}
		switch err := element.Redraw(r.Dir, drawing); {
		case errors.Is(err, fs.ErrNotExist) && bench.Is(r.Manifest):
			c.Say("left as it is, for it has no arrays: %s", r.Dir)
		case err != nil:
			failed = append(failed, err)
		default:
			c.Say("redrawn: %s", r.Dir)
		}
	}
	return errors.Join(failed...)
}

// drawing is that of an element, a measurement or a sweep.
func drawing(id string) (element.Drawing, error) {
	if m := (record.Manifest{Element: id}); bench.Is(m) || sweep.Is(m) {
		return bench.Drawing(id), nil
	}
	return paper.Drawing(id)
}

func newPage(runs []record.Stored) page {
	var p page
	of := map[string][]pageRun{}
	for _, r := range runs {
		shown := newPageRun(r)
		if r.Status != record.Done {
			p.Broken = append(p.Broken, shown)
			continue
		}
		of[r.Element] = append(of[r.Element], shown)
	}
	for _, e := range paper.Elements() {
		mine := of[e.ID]
		sort.SliceStable(mine, func(i, j int) bool {
			if a, b := slices.Index(paper.Presets, mine[i].Preset), slices.Index(paper.Presets, mine[j].Preset); a != b {
				return a > b
			}
			return len(mine[i].Name) < len(mine[j].Name) // the fewer changes of the preset, the shorter the name
		})
		p.Elements = append(p.Elements, pageElement{e, mine})
		delete(of, e.ID)
	}
	for _, r := range runs {
		shown, ok := of[r.Element]
		switch {
		case !ok:
			continue
		case bench.Is(r.Manifest), sweep.Is(r.Manifest):
			p.Benches = append(p.Benches, shown...)
		default:
			p.Own = append(p.Own, shown...)
		}
		delete(of, r.Element)
	}
	return p
}

func newPageRun(r record.Stored) pageRun {
	shown := pageRun{Stored: r, Rows: Results(r.Manifest)}
	fact := func(name, format string, args ...any) {
		shown.Facts = append(shown.Facts, [2]string{name, fmt.Sprintf(format, args...)})
	}
	if r.Data != nil {
		fact("data", "%s", r.Data.Title)
	}
	if r.Backend.Name != "" {
		fact("backend", "%s", r.Backend.Name)
	}
	fact("machine", "%s", strings.TrimSuffix(fmt.Sprintf("%s, %d cores, %s/%s, %s", r.Hardware.CPU, r.Hardware.Cores,
		r.Hardware.OS, r.Hardware.Arch, r.Hardware.GPU), ", "))
	fact("time", "%.0f s, %s", r.Seconds, r.Started.Format("2006-01-02 15:04 UTC"))
	if commit := r.Versions.Commit; commit != "" {
		dirty := ""
		if r.Versions.Dirty {
			dirty = ", with changes"
		}
		fact("commit", "%.10s%s", commit, dirty)
	}
	fact("command", "%s", r.Command)
	for _, f := range r.Figures {
		figure := pageFigure{File: f.File, Caption: plainMath(f.Caption)}
		png, err := os.ReadFile(filepath.Join(r.Dir, f.File))
		if want, known := r.Artefacts[f.File]; err == nil && (!known || want == fmt.Sprintf("%x", sha256.Sum256(png))) {
			figure.URI = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
		} else {
			shown.Notes = append(slices.Clone(shown.Notes), fmt.Sprintf("The picture %s cannot be read; \"experiments report "+
				"--redraw\" draws it again.", f.File))
		}
		shown.Figures = append(shown.Figures, figure)
	}
	return shown
}

// standings says what the words mean that tell how a result stands to the paper's.
const standings = "*Reproduced*: the paper's data and scale. *Same protocol, smaller scale*: its data and method, less " +
	"training or a smaller network. " +
	"*Inferred*: the paper's own setting was not at hand, and a stand-in of known answer is shown. *Not the paper's data*: " +
	"shows that the machinery works. *Beyond the paper*: asked of the method, not by it. " +
	"± is a standard error of the draws or images, not of the training, unless a caption says otherwise."

// Standings is that sentence for the page.
func (page) Standings() string { return strings.ReplaceAll(standings, "*", "") }

// Main is the run's first result, for the table of all elements.
func (r pageRun) Main() string {
	if len(r.Rows) == 0 {
		return ""
	}
	return r.Rows[0][0] + " " + r.Rows[0][1]
}

// plainMath takes the figures' inline mathematics as text.
func plainMath(text string) string {
	return strings.NewReplacer("$", "", "^{2}", "²", "_{c}", "_c").Replace(text)
}
