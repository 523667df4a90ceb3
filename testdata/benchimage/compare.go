package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"time"
)

// named, before a command, calls it what the next word says.
const named = "+"

// maxStderr is how much of what a failing command said is kept: its end.
const maxStderr = 4 << 10

// cost is what one run took.
type cost struct {
	cpu  time.Duration // user and system
	wall time.Duration
	rss  int64 // peak, in bytes
	exit int
}

type contender struct {
	name   string
	args   []string
	costs  []cost
	stderr []byte // of the last run
}

// split cuts args into commands, at each "--".
func split(args []string) [][]string {
	var commands [][]string
	for len(args) > 0 {
		i := slices.Index(args, "--")
		if i < 0 {
			return append(commands, args)
		}
		commands = append(commands, args[:i])
		args = args[i+1:]
	}
	return commands
}

// compare runs the commands in turn, the given number of times, and prints what
// each took, the medians, and those in relation to the last command's. A run has
// an empty home and caches of its own and an empty working directory, so that no
// settings or earlier results count. "+ NAME" before a command names its row.
// The exit code is that of the first command, if 2 or more:
// 1 only says that the image failed the rules.
func compare(w io.Writer, runs int, commands [][]string) (int, error) {
	var cs []*contender
	for _, args := range commands {
		c := &contender{args: args}
		if len(args) > 1 && args[0] == named {
			c.name, c.args = args[1], args[2:]
		}
		if len(c.args) == 0 {
			return 0, errors.New("-run: a command is empty")
		}
		if c.name == "" {
			c.name = filepath.Base(c.args[0])
		}
		cs = append(cs, c)
	}
	if len(cs) == 0 || runs < 1 {
		return 0, errors.New("-run: want at least one command and one run")
	}
	work, err := os.MkdirTemp("", "peel-bench-")
	if err != nil {
		return 0, fmt.Errorf("creating the work directory: %w", err)
	}
	defer os.RemoveAll(work)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	const row = "%-16s %-7s %8s %8s %10s %5s\n"
	fmt.Fprintf(w, row, "", "", "CPU s", "wall s", "peak MiB", "exit")
	for run := range runs {
		for _, c := range cs {
			home := filepath.Join(work, "home")
			if err := os.RemoveAll(home); err != nil {
				return 0, fmt.Errorf("clearing the caches: %w", err)
			}
			k, err := c.measure(ctx, home)
			if err != nil {
				return 0, fmt.Errorf("running %s: %w", c.name, err)
			}
			c.costs = append(c.costs, k)
			fmt.Fprintf(w, row, c.name, fmt.Sprintf("run %d", run+1),
				seconds(k.cpu), seconds(k.wall), mebibytes(k.rss), fmt.Sprint(k.exit))
			if k.exit > 1 {
				fmt.Fprintf(os.Stderr, "%s ended with %d:\n%s\n", c.name, k.exit, c.stderr)
			}
			if k.exit > 1 && c == cs[0] {
				return k.exit, nil
			}
		}
	}
	for _, c := range cs {
		m := c.median()
		fmt.Fprintf(w, row, c.name, "median", seconds(m.cpu), seconds(m.wall), mebibytes(m.rss), "")
	}
	last := cs[len(cs)-1]
	for _, c := range cs[:len(cs)-1] {
		m, l := c.median(), last.median()
		fmt.Fprintf(w, row, c.name, ": "+last.name,
			ratio(m.cpu, l.cpu), ratio(m.wall, l.wall), ratio(m.rss, l.rss), "")
	}
	return 0, nil
}

// measure runs c once. A run that exits with an error code is still one.
func (c *contender) measure(ctx context.Context, home string) (cost, error) {
	dir := filepath.Join(home, "empty")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"HOME="+home,
		"XDG_CACHE_HOME="+filepath.Join(home, ".cache"),
		"XDG_CONFIG_HOME="+filepath.Join(home, ".config"),
		"XDG_DATA_HOME="+filepath.Join(home, ".local", "share"),
		"XDG_STATE_HOME="+filepath.Join(home, ".local", "state"))
	var said tail
	cmd.Stderr = &said
	start := time.Now()
	err := cmd.Run()
	k := cost{wall: time.Since(start)}
	if ctx.Err() != nil {
		return k, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return k, err
	}
	c.stderr = said.Bytes()
	s := cmd.ProcessState
	k.cpu, k.rss, k.exit = s.UserTime()+s.SystemTime(), peakRSS(s), s.ExitCode()
	if k.exit < 0 {
		return k, err // ended by a signal
	}
	return k, nil
}

// median returns the median of each figure by itself.
func (c *contender) median() cost {
	return cost{
		cpu:  median(c.costs, func(k cost) time.Duration { return k.cpu }),
		wall: median(c.costs, func(k cost) time.Duration { return k.wall }),
		rss:  median(c.costs, func(k cost) int64 { return k.rss }),
	}
}

func median[T ~int64](costs []cost, of func(cost) T) T {
	var all []T
	for _, k := range costs {
		all = append(all, of(k))
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }

func mebibytes(n int64) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }

func ratio[T ~int64](a, b T) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(a)/float64(b))
}

// tail keeps the last maxStderr bytes written to it.
type tail struct{ bytes.Buffer }

func (t *tail) Write(b []byte) (int, error) {
	n, err := t.Buffer.Write(b)
	if extra := t.Len() - maxStderr; extra > 0 {
		t.Next(extra)
	}
	return n, err
}
