package desk

import (
	"fmt"
	"html"
	"time"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/janpfeifer/gonb/gonbui"

	"vapoflow/vapo"
)

// Watch gives an observer of a training, for vapo.Run: in a notebook one output that updates in place, a bar with steps per
// second and time left, the loss curve and, if asked for, a preview; else at most a line per quarter of the steps.
func Watch(name string, preview ...Preview) func(vapo.Progress) {
	if headless() || !gonbui.IsNotebook {
		return watchLines(name)
	}
	v := &view{name: name, id: "training_" + gonbui.UniqueId()}
	if len(preview) > 0 {
		v.preview = preview[0]
	}
	return v.observe
}

// watchLines writes a line per quarter of the steps, where a quarter takes seconds, and one at the end.
func watchLines(name string) func(vapo.Progress) {
	var curve curve
	quarter, last := 0, time.Now()
	return func(p vapo.Progress) {
		curve.add(p)
		now := 4 * p.Step / p.Steps
		if p.Step == p.Steps || now > quarter && time.Since(last) > 3*time.Second {
			quarter, last = now, time.Now()
			fmt.Printf("%s: step %d of %d, loss %.4g, %.0f s\n", name, p.Step, p.Steps, curve.mean(), p.Seconds)
		}
	}
}

const (
	redrawn   = 250 * time.Millisecond // between updates of the view
	previewed = 3 * time.Second        // and of the preview, which also rests nine times as long as it took
	ink       = "#3b7dd8"              // legible on light and dark pages
)

// view is the output of one training.
type view struct {
	name, id string
	curve    curve
	first    vapo.Progress // compiling is in its time
	shown    time.Time

	preview Preview
	picture string      // the last preview
	began   time.Time   // when that at work, or the last, did
	next    time.Time   // when another may begin
	drawing chan string // delivers the one at work; nil where there is none
}

func (v *view) observe(p vapo.Progress) {
	v.curve.add(p)
	if v.first.Step == 0 {
		v.first, v.next = p, time.Now().Add(previewed/3)
	}
	end := p.Step == p.Steps
	if end {
		v.lastPreview(p)
	} else {
		v.updatePreview(p)
	}
	if end || time.Since(v.shown) > redrawn {
		v.shown = time.Now()
		gonbui.UpdateHTML(v.id, v.page(p))
		if end {
			gonbui.Sync()
		}
	}
}

// updatePreview takes up a preview that is done and starts another when it is time.
func (v *view) updatePreview(p vapo.Progress) {
	if v.preview == nil {
		return
	}
	if v.drawing != nil {
		select {
		case picture := <-v.drawing:
			v.picture, v.drawing = picture, nil
			v.next = time.Now().Add(max(previewed, 9*time.Since(v.began)))
		default:
			return
		}
	}
	if time.Now().Before(v.next) {
		return
	}
	weights, err := p.Weights()
	if err != nil {
		return // the training itself will tell
	}
	done := make(chan string, 1)
	v.drawing, v.began = done, time.Now()
	go func() { done <- v.draw(weights) }()
}

// lastPreview is that of the last step: training has ended, so it waits for the one at work, whose weights are older, and then
// draws.
func (v *view) lastPreview(p vapo.Progress) {
	if v.preview == nil {
		return
	}
	if v.drawing != nil {
		<-v.drawing
	}
	if weights, err := p.Weights(); err == nil {
		v.picture = v.draw(weights)
	}
}

func (v *view) draw(weights *model.Store) string {
	picture, err := v.preview(weights)
	if err != nil {
		return html.EscapeString(err.Error())
	}
	return picture
}

// page is the view as HTML: words and a bar, and below them the curve beside the preview.
func (v *view) page(p vapo.Progress) string {
	return fmt.Sprintf(`<div>%s<br><progress value="%d" max="%d" style="width:360px"></progress><br>%s %s</div>`,
		html.EscapeString(v.name+": "+v.words(p)), p.Step, p.Steps, v.curve.svg(p.Steps), v.picture)
}

func (v *view) words(p vapo.Progress) string {
	text := fmt.Sprintf("step %d of %d, loss %.4g", p.Step, p.Steps, v.curve.mean())
	took, done := p.Seconds-v.first.Seconds, p.Step-v.first.Step
	if took <= 0 || done == 0 {
		return text
	}
	if p.Step == p.Steps {
		return text + fmt.Sprintf(", %.0f s", p.Seconds)
	}
	perStep := took / float64(done)
	left := time.Duration(perStep * float64(p.Steps-p.Step) * float64(time.Second)).Round(time.Second)
	return text + fmt.Sprintf(", %.3g steps/s, %s left", 1/perStep, left)
}
