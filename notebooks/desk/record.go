package desk

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui"

	"vapoflow/experiments/record"
	"vapoflow/experiments/report"
)

// showRecord shows the numbers, tables and figures in a run's folder.
func showRecord(dir string) {
	m, err := record.Read(dir)
	Check(err)
	Check(record.Stored{Dir: dir, Manifest: m}.Check(false))
	var rows [][]any
	for _, r := range report.Results(m) {
		rows = append(rows, []any{r[0], r[1]})
	}
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
