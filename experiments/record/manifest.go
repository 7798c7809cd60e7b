package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"vapoflow/internal/sealed"
	"vapoflow/internal/strictjson"
)

// SchemaVersion is that of the manifest's JSON.
const SchemaVersion = 1

// Status says how a run ended. One that was killed stays Running.
type Status string

const (
	Running     Status = "running"
	Done        Status = "done"
	Interrupted Status = "interrupted"
	Failed      Status = "failed"
)

// Manifest describes a run. The caller fills in what was asked for; [Create] adds the machine and
// the program, [Run.Close] how it ended.
type Manifest struct {
	Schema  int    `json:"schema"`
	Name    string `json:"name"` // of the folder
	Element string `json:"element"`
	Title   string `json:"title"`
	Claim   string `json:"claim,omitempty"` // how the result stands to the paper's
	Command string `json:"command,omitempty"`

	Status   Status    `json:"status"`
	Error    string    `json:"error,omitempty"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished,omitzero"`
	Seconds  float64   `json:"seconds"` // of wall time

	Preset  string          `json:"preset,omitempty"`
	Recipe  string          `json:"recipe,omitempty"`
	Seed    int64           `json:"seed"`
	Config  json.RawMessage `json:"config,omitempty"` // resolved
	Data    *Data           `json:"data,omitempty"`
	Backend Backend         `json:"backend"`

	Versions Versions `json:"versions"`
	Hardware Hardware `json:"hardware"`

	Results       map[string]float64 `json:"results"`
	Notes         []string           `json:"notes,omitempty"` // what a reader must know to judge the results
	Grid          []float64          `json:"grid,omitempty"`  // of the solver that drew the samples: replaying it draws the same
	Figures       []Figure           `json:"figures,omitempty"`
	Tables        []Table            `json:"tables,omitempty"`
	WeightsSHA256 string             `json:"weights_sha256,omitempty"`
	TrainedOn     []string           `json:"trained_on,omitempty"` // backends that trained the weights, in their order
	Artefacts     map[string]string  `json:"artefacts,omitempty"`  // file to sha256
	Sizes         map[string]int64   `json:"sizes,omitempty"`      // file to bytes; older records have none
	Seal          string             `json:"seal,omitempty"`       // of this manifest ([sealed.Check]); older records have none
}

// Data is what a run was trained on.
type Data struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Shape    []int  `json:"shape,omitempty"` // of one example
	Examples int    `json:"examples"`        // 0 = unlimited, drawn by formula
	SHA256   string `json:"sha256,omitempty"`
	Source   string `json:"source,omitempty"`
}

// Backend is what computed: its name, "xla:cpu" for example, and the line that says why.
type Backend struct {
	Name string `json:"name"`
	Line string `json:"line"`
}

// Figure is a picture among the artefacts, as PNG and, mostly, as SVG and PDF of the same name.
type Figure struct {
	File    string `json:"file"` // with .png
	Caption string `json:"caption"`
}

// Table is a table as it is printed.
type Table struct {
	Caption string     `json:"caption"`
	Header  []string   `json:"header,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
}

// ManifestFile is the manifest's name in a run's folder.
const ManifestFile = "manifest.json"

// Read reads the manifest of a run's folder.
func Read(dir string) (Manifest, error) {
	var m Manifest
	path := filepath.Join(dir, ManifestFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return m, fmt.Errorf("record: %s holds no run: %w", dir, err)
	}
	if err := strictjson.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("record: %s is %w: %w", path, ErrDamaged, err)
	}
	if err := sealed.Check(text, m.Seal); err != nil {
		return m, fmt.Errorf("record: %s is %w", path, err)
	}
	if m.Schema != SchemaVersion {
		return m, fmt.Errorf("record: %s has schema %d, this build reads %d; run the element again", path, m.Schema,
			SchemaVersion)
	}
	return m, nil
}

// Stored is a run that was found, with its folder.
type Stored struct {
	Dir string
	Manifest
}

// List reads the runs below a folder, sorted by name. Folders that cannot be read are named in
// problems and left out. A folder that does not exist holds no runs.
func List(runs string) (stored []Stored, problems []error) {
	paths, _ := filepath.Glob(filepath.Join(runs, "*", ManifestFile)) // fails on a bad pattern only
	sort.Strings(paths)
	for _, path := range paths {
		if strings.HasSuffix(filepath.Dir(path), oldSuffix) {
			continue
		}
		dir := filepath.Dir(path)
		m, err := Read(dir)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		stored = append(stored, Stored{dir, m})
	}
	return stored, problems
}

// ResultsOfAll are the results that every one of the runs has, in the order of their names.
func ResultsOfAll(runs []Manifest) (keys []string) {
	for _, key := range slices.Sorted(maps.Keys(runs[0].Results)) {
		if !slices.ContainsFunc(runs, func(m Manifest) bool { _, ok := m.Results[key]; return !ok }) {
			keys = append(keys, key)
		}
	}
	return keys
}
