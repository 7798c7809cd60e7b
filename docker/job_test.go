package docker_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	batch "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"
)

// The Job has no field that the API does not know, and its parts agree: as many shards as pods, each with a folder of its own.
func TestJobIsOfTheAPI(t *testing.T) {
	text, err := os.ReadFile("job.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var job batch.Job
	if err := yaml.UnmarshalStrict(text, &job); err != nil {
		t.Fatal(err)
	}
	spec := job.Spec
	if job.APIVersion != "batch/v1" || job.Kind != "Job" || *spec.CompletionMode != batch.IndexedCompletion || spec.BackoffLimitPerIndex == nil {
		t.Errorf("%s %s, completion mode %v: want an Indexed Job with a limit of its own for each index", job.APIVersion, job.Kind, spec.CompletionMode)
	}
	pod := spec.Template.Spec
	if pod.RestartPolicy != "Never" { // the API refuses backoffLimitPerIndex with any other
		t.Errorf("restart policy %s", pod.RestartPolicy)
	}
	command := strings.Join(pod.Containers[0].Args, " ")
	for _, want := range []string{fmt.Sprintf(`--shard "$((JOB_COMPLETION_INDEX + 1))/%d"`, *spec.Completions), `--out "results/part-$((JOB_COMPLETION_INDEX + 1))"`, "exec "} {
		if !strings.Contains(command, want) {
			t.Errorf("the command %q lacks %q", command, want)
		}
	}
	if *spec.Parallelism > *spec.Completions || pod.Containers[0].VolumeMounts[0].Name != pod.Volumes[0].Name {
		t.Errorf("parallelism %d of %d, volume %s mounted as %s", *spec.Parallelism, *spec.Completions, pod.Volumes[0].Name, pod.Containers[0].VolumeMounts[0].Name)
	}
}

// The array script refuses what would draw or run the wrong shard, before it runs anything.
func TestSlurmScriptRefuses(t *testing.T) {
	for want, env := range map[string][]string{
		"--array=1-N":         {},
		"without a gap":       {"SLURM_ARRAY_TASK_ID=2", "SLURM_ARRAY_TASK_COUNT=2", "SLURM_ARRAY_TASK_MIN=0", "SLURM_ARRAY_TASK_MAX=1"},
		"there is no nothing": {"SLURM_ARRAY_TASK_ID=1", "SLURM_ARRAY_TASK_COUNT=2", "SLURM_ARRAY_TASK_MIN=1", "SLURM_ARRAY_TASK_MAX=2", "VAPO=nothing"},
	} {
		code, out := slurm(t, env, "sweep", "fig1")
		if code == 0 || !strings.Contains(out, want) {
			t.Errorf("%v: exit %d, %s; want %q", env, code, out, want)
		}
	}
	env := []string{"SLURM_ARRAY_TASK_ID=2", "SLURM_ARRAY_TASK_COUNT=3", "SLURM_ARRAY_TASK_MIN=1", "SLURM_ARRAY_TASK_MAX=3", "VAPO=/bin/echo"}
	if _, out := slurm(t, env, "sample", "1000", "--run", "r"); strings.TrimSpace(out) != "sample --run r --n 1000 --range 333:666" {
		t.Errorf("the second of three draws %s", out)
	}
	if _, out := slurm(t, env, "sweep", "fig1"); strings.TrimSpace(out) != "sweep fig1 --shard 2/3 --out results/part-2" {
		t.Errorf("the second of three runs %s", out)
	}
}

func slurm(t *testing.T, env []string, args ...string) (code int, out string) {
	t.Helper()
	cmd := exec.Command("bash", append([]string{"slurm"}, args...)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	text, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(text)
}
