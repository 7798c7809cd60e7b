package vapo_test

import (
	"context"
	"fmt"
	"os"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// tiny is a training of moments: 30 steps of an MLP of 8 units.
func tiny() vapo.Config {
	c := vapo.DefaultConfig()
	c.Data, c.Width, c.Depth, c.Steps, c.Batch, c.Warmup = "gauss2", 8, 1, 30, 32, 5
	return c
}

// A configuration names all that decides what is trained, and is its key in the cache: the second call trains nothing.
func ExampleTrainOrLoad() {
	dir, err := os.MkdirTemp("", "models")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c := tiny()
	data, err := c.Open("", "train")
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		m, err := vapo.TrainOrLoad(context.Background(), backend.Host(), dir, c, data, vapo.Run{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("loaded:", m.Loaded, "after steps:", c.Steps)
	}
	// Output:
	// loaded: false after steps: 30
	// loaded: true after steps: 30
}

// What cannot be used is told with its value and what can.
func ExampleConfig_Validate() {
	c := vapo.DefaultConfig()
	c.Schema = 7
	fmt.Println(c.Validate())
	c = vapo.DefaultConfig()
	c.Sigma = -1
	fmt.Println(c.Validate())
	// Output:
	// vapo: the configuration has schema 7, this build reads 1
	// homotopy "posterior": sigma, the likelihood's standard deviation, must be positive and finite, got -1
}

// A model saved is a model again, with the same weights to the last bit.
func ExampleModel_Save() {
	dir, err := os.MkdirTemp("", "model")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c := tiny()
	data, err := c.Open("", "train")
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := c.Model(backend.Host(), data.Info().Shape, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := vapo.Train(context.Background(), m, loss.Alignment{}, data, c.Training, vapo.Run{}); err != nil {
		fmt.Println(err)
		return
	}
	if err := m.Save(dir + "/model"); err != nil {
		fmt.Println(err)
		return
	}
	back, err := vapo.Load(backend.Host(), dir+"/model")
	if err != nil {
		fmt.Println(err)
		return
	}
	a, _ := vapo.WeightsSHA256(m.Store)
	b, err := vapo.WeightsSHA256(back.Store)
	fmt.Println(a == b, err)
	// Output: true <nil>
}

// Sample 7 is the same whether it is drawn with others or alone.
func ExampleModel_NewSampler() {
	ctx := context.Background()
	c := tiny()
	data, err := c.Open("", "train")
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := c.Model(backend.Host(), data.Info().Shape, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := vapo.Train(ctx, m, loss.Alignment{}, data, c.Training, vapo.Run{}); err != nil {
		fmt.Println(err)
		return
	}
	var seven [][2]float32
	for _, span := range [][2]int{{0, 10}, {7, 1}} {
		sampler, err := m.NewSampler(ctx, solver.Adaptive{RTol: 1e-3, ATol: 1e-3}, 1, 4)
		if err != nil {
			fmt.Println(err)
			return
		}
		err = sampler.Draw(ctx, span[0], span[1], func(i int, x []float32) error {
			if i == 7 {
				seven = append(seven, [2]float32(x))
			}
			return nil
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(len(seven), seven[0] == seven[1])
	// Output: 2 true
}

// A model prints as a table of its network.
func ExampleModel_String() {
	m := &vapo.Model{Flow: flow.Flow{
		Backend: backend.Host(), Homotopy: homotopy.Straight{Omega: 1}, Potential: potential.MLP{Width: 16, Depth: 2}, Shape: []int{2},
	}}
	data, err := tiny().Open("", "train")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := vapo.Train(context.Background(), m, loss.Alignment{}, data, tiny().Training, vapo.Run{}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(m)
	// Output:
	// potential.MLP on straight (omega = 1), examples of shape [2]
	// potential/hidden_0/dense/biases   [16]     16
	// potential/hidden_0/dense/weights  [11 16]  176
	// potential/hidden_1/dense/biases   [16]     16
	// potential/hidden_1/dense/weights  [16 16]  256
	// potential/readout/dense/biases    [1]      1
	// potential/readout/dense/weights   [16 1]   16
	// all                                        481
}
