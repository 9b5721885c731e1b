package campaign

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"carebell/app"
	"carebell/locales"
)

// childVariable makes a test binary be the program itself, so that a test can kill it.
const childVariable = "CAREBELL_TEST_CHILD"

// IsChild reports whether this test binary was started to be the program: its TestMain must then
// return Child.
func IsChild() bool { return os.Getenv(childVariable) != "" }

// Child is what main does with `carebell serve`; config names config.yaml. Its result is for os.Exit.
func Child(config string) int {
	if err := serve(config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serve(config string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	catalogue, err := locales.Load()
	if err != nil {
		return err
	}
	file, err := os.ReadFile(config) // #nosec G304 -- the test names it
	if err != nil {
		return err
	}
	settings, err := app.Load(file, "", os.Environ(), catalogue.Languages())
	if err != nil {
		return err
	}
	return app.Serve(ctx, settings, app.NewLogger(settings, os.Stderr), os.Stdout)
}

// Process is carebell in a process of its own. Env is added to this process's environment.
type Process struct {
	T       *testing.T
	Env     []string
	Started time.Time

	cmd *exec.Cmd
	out *output
}

type output struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// Output is all that the process has written since its last start.
func (p *Process) Output() string {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	return p.out.b.String()
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Start starts it; whatever becomes of the test, it ends with it.
func (p *Process) Start() {
	p.T.Helper()
	self, err := os.Executable()
	if err != nil {
		p.T.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), self) // #nosec G204 -- this test binary
	cmd.Env = append(append(os.Environ(), childVariable+"=1"), p.Env...)
	p.out = &output{}
	cmd.Stdout, cmd.Stderr = p.out, p.out
	p.Started = time.Now()
	if err := cmd.Start(); err != nil {
		p.T.Fatal(err)
	}
	p.cmd = cmd
	p.T.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill() // it may have ended by itself
			_ = cmd.Wait()
		}
	})
}

// Kill is kill -9: no word of goodbye.
func (p *Process) Kill() {
	p.T.Helper()
	p.signal(syscall.SIGKILL)
	_ = p.cmd.Wait() // "signal: killed" is what was asked for
}

// Pause stops it as if the machine had; Wake lets it go on from where it was.
func (p *Process) Pause() { p.signal(syscall.SIGSTOP) }

// Wake lets a paused process go on.
func (p *Process) Wake() { p.signal(syscall.SIGCONT) }

func (p *Process) signal(s syscall.Signal) {
	p.T.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.T.Fatalf("%v: %v\n%s", s, err, p.Output())
	}
}

// Terminate is SIGTERM: it ends well, within ten seconds.
func (p *Process) Terminate() {
	p.T.Helper()
	p.signal(syscall.SIGTERM)
	start := time.Now()
	if err := p.cmd.Wait(); err != nil {
		p.T.Errorf("after SIGTERM: %v\n%s", err, p.Output())
	}
	if took := time.Since(start); took > 10*time.Second {
		p.T.Errorf("it took %s to end", took)
	}
}
