package desk

import (
	"fmt"
	"html"
	"math"
	"os"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"

	"vapoflow/figures"
)

const (
	answered  = 6 * time.Second  // within which a browser tells that it shows the slider
	attempts  = 3                // before none is taken to be there: GoNB's connection gives a busy machine half a second
	untouched = 30 * time.Second // after which a slider that nobody moves ends, so that Run All goes on
	rested    = 5 * time.Minute  // and one that was moved
)

// Slide shows a figure that follows a slider: draw gets its value, between from and to. Nothing is compiled anew when it moves,
// so load models and whatever else is costly before:
//
//	m := trained()
//	desk.Slide("s", 0.05, 0.95, desk.Fields(m))
//
// Values die with their cell, so the cell runs while the slider is used: Done, an interrupt, half a minute untouched or five
// minutes at rest end it, and the last figure stays. Where no browser shows the notebook (headless, nbconvert), figures at from,
// between and to stand for it.
func Slide(name string, from, to float64, draw func(value float64) *figures.Figure) {
	if gonbui.IsNotebook && !headless() && os.Getenv("JPY_SESSION_NAME") != "" { // which Jupyter's server sets
		if slide(name, from, to, draw) {
			return
		}
	}
	for _, value := range []float64{from, (from + to) / 2, to} {
		fmt.Printf("%s = %.3g\n", name, value)
		Show(draw(value))
	}
}

// slide draws where a slider is, until it ends. It is false where no browser answers.
func slide(name string, from, to float64, draw func(float64) *figures.Figure) bool {
	id := "slider_" + gonbui.UniqueId()
	receive, values := newest()
	comms.Subscribe(id, func(_, text string) { receive(text) })
	ended := func(html string) {
		gonbui.UpdateHTML(id, html)
		gonbui.Sync()
	}
	value, ok := first(id, sliderHTML(id, name, from, to), values)
	if !ok {
		ended("")
		return false
	}
	at, longest := math.NaN(), untouched
	for !math.IsNaN(value) {
		at = value
		show(draw(at), "figure_"+id)
		select {
		case value = <-values:
			longest = rested
		case <-Context().Done():
			value = math.NaN()
		case <-time.After(longest):
			value = math.NaN()
		}
	}
	ended(fmt.Sprintf("<div>%s = %.3g; run the cell again to move it</div>", html.EscapeString(name), at))
	return true
}

// first shows the slider and gives its first value. Ok is false where no browser tells one.
func first(id, page string, values <-chan float64) (value float64, ok bool) {
	for attempt := range attempts {
		if attempt > 0 {
			comms.Start() // connects once more
		}
		gonbui.UpdateHTML(id, fmt.Sprintf("%s<!-- %d -->", page, attempt))
		select {
		case value = <-values:
			return value, true
		case <-Context().Done():
			return math.NaN(), true
		case <-time.After(answered):
		}
	}
	return 0, false
}

// sliderHTML is the slider, with a script that sends "COUNT VALUE" when it is there and at every move, and NaN when it is done.
func sliderHTML(id, name string, from, to float64) string {
	return fmt.Sprintf(`<div id="%[1]s">%[2]s <input type="range" min="%[3]g" max="%[4]g" step="%[5]g" value="%[6]g" style="width:320px;vertical-align:middle">
<output style="display:inline-block;width:5em">%.3[6]g</output> <button type="button">Done</button></div>
<script>(() => {
	const [input, output, button] = document.getElementById('%[1]s').children;
	let count = 0;
	const send = value => gonb_comm.send('%[1]s', ++count + ' ' + value);
	input.oninput = () => { output.value = Number(input.value).toPrecision(3); send(input.value); };
	button.onclick = () => send('NaN');
	send(input.value);
})();</script>`, id, html.EscapeString(name), from, to, step(to-from), (from+to)/2)
}

// step is a round one, of which a span has 50 to 125.
func step(span float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(span/50)))
	for _, digit := range []float64{5, 2} {
		if digit*power <= span/50 {
			return digit * power
		}
	}
	return power
}

// newest keeps the last of the values that receive is told: they come faster than figures are drawn, and in goroutines that
// overtake each other.
func newest() (receive func(text string), latest <-chan float64) {
	keeps := make(chan float64, 1)
	var mu sync.Mutex
	last := 0
	return func(text string) {
		var count int
		var value float64
		if _, err := fmt.Sscan(text, &count, &value); err != nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if count < last {
			return
		}
		last = count
		select {
		case <-keeps:
		default:
		}
		keeps <- value
	}, keeps
}
