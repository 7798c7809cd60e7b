package desk

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// Env is where [paper.Run] works in a notebook: with the command line's folders and backend, its trainings watched below the cell.
// Changes are settings as --set takes them, "homotopy=straight" for example.
func Env(preset, recipe string, changes ...string) (paper.Env, error) {
	choice, err := backend.New("")
	if err != nil {
		return paper.Env{}, err
	}
	env := paper.Env{
		Backend: choice, Out: Results(), DataRoot: DataRoot(), Inception: os.Getenv(measure.InceptionEnv),
		Preset: preset, Recipe: recipe, Resume: true, Command: "notebook",
		Watch: func(name string, _ int) (observe func(vapo.Progress), done func()) { return Watch(name), func() {} },
		Say:   func(line string) { fmt.Println(line) },
	}
	for _, text := range changes {
		change, err := paper.ParseSet(text)
		if err != nil {
			return env, err
		}
		env.Changes = append(env.Changes, change)
	}
	return env, nil
}

// ShowRecord shows the numbers, tables and figures in a run's folder.
func ShowRecord(dir string) {
	m, err := record.Read(dir)
	Check(err)
	Check(record.Stored{Dir: dir, Manifest: m}.Check(false))
	var rows [][]any
	for name, value := range m.Results {
		rows = append(rows, []any{strings.ReplaceAll(name, "_", " "), value})
	}
	slices.SortFunc(rows, func(a, b []any) int { return strings.Compare(a[0].(string), b[0].(string)) })
	Table([]string{"record " + m.Name, ""}, rows...)
	for _, t := range m.Tables {
		var rows [][]any
		for _, row := range t.Rows {
			cells := make([]any, len(row))
			for i, text := range row {
				cells[i] = text
			}
			rows = append(rows, cells)
		}
		fmt.Println(t.Caption)
		Table(t.Header, rows...)
	}
	for _, figure := range m.Figures {
		text, err := os.ReadFile(filepath.Join(dir, figure.File))
		Check(err)
		if !gonbui.IsNotebook {
			fmt.Println(figure.File)
		}
		gonbui.DisplayPNG(text)
	}
	gonbui.Sync()
}
