package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"carebell/chat"
)

// Config is how the engine runs. The zero value of a field is its default.
type Config struct {
	// Workers is the most sends at one time (default 16).
	Workers int
	// Lease is how long a claim is held without renewal (default 60 s).
	Lease time.Duration
	// SendTimeout bounds one request to a platform (default 30 s). It must be below Lease.
	SendTimeout time.Duration
	// Heartbeat is the longest that the engine sleeps (default 15 s).
	Heartbeat time.Duration
	// DrainTimeout is how long Run waits for sends in flight once it is told to stop (default 8 s).
	DrainTimeout time.Duration
	Policy       Policy
}

func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	if c.Workers == 0 {
		c.Workers = 16
	}
	def(&c.Lease, time.Minute)
	def(&c.SendTimeout, 30*time.Second)
	def(&c.Heartbeat, 15*time.Second)
	def(&c.DrainTimeout, 8*time.Second)
	c.Policy = c.Policy.withDefaults()
	return c
}

// Store is the database as the engine needs it.
type Store interface {
	Queue
	Notices
}

// Engine sends what is due. Create it with New, give it senders, then Run it.
type Engine struct {
	config   Config
	store    Store
	renderer *Renderer
	senders  map[chat.Channel]Sender
	pacer    *Pacer
	breakers *breakers
	channels []chat.Channel // that this process can write to
	metrics  *Metrics
	log      *slog.Logger

	wake   chan struct{}
	ticked atomic.Int64 // the engine's last look at the queue, unix microseconds of the process clock

	mu       sync.Mutex
	inFlight map[string]Job // by token
}

// New returns an engine over the store that sends through senders.
func New(config Config, store Store, renderer *Renderer, senders map[chat.Channel]Sender, pacer *Pacer, metrics *Metrics, log *slog.Logger) *Engine {
	e := &Engine{
		config: config.withDefaults(), store: store, renderer: renderer, senders: senders, pacer: pacer,
		metrics: metrics, log: log, wake: make(chan struct{}, 1), inFlight: map[string]Job{},
	}
	for c := range senders {
		e.channels = append(e.channels, c)
	}
	e.breakers = newBreakers(senders, e.config.Policy.BreakerRest, func(c chat.Channel, state float64) {
		metrics.breaker.WithLabelValues(string(c)).Set(state)
	})
	return e
}

// Wake says that something may have become due. It never blocks.
func (e *Engine) Wake() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Ticked is when the engine last looked at the queue; zero before Run.
func (e *Engine) Ticked() time.Time {
	v := e.ticked.Load()
	if v == 0 {
		return time.Time{}
	}
	return time.UnixMicro(v)
}

// Run claims and sends until ctx ends; then it claims no more, waits at most DrainTimeout for what
// is in flight, and returns. What could not finish is recovered by whoever runs next.
func (e *Engine) Run(ctx context.Context) {
	sends, stopSends := context.WithCancel(context.WithoutCancel(ctx))
	slots := make(chan struct{}, e.config.Workers)
	var running sync.WaitGroup
	var background sync.WaitGroup
	defer background.Wait()
	defer stopSends()
	background.Go(func() { e.renew(sends) })
	// Also a step that hangs in the database ends with the drain.
	defer context.AfterFunc(ctx, func() { time.AfterFunc(e.config.DrainTimeout, stopSends) })()

	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		select {
		case <-e.wake:
		case <-alarm.C:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		alarm.Reset(e.tick(sends, slots, &running))
	}

	drained := make(chan struct{})
	go func() { running.Wait(); close(drained) }()
	timeout := time.NewTimer(e.config.DrainTimeout)
	defer timeout.Stop()
	select {
	case <-drained:
	case <-timeout.C:
		stopSends()
		<-drained
	}
}

// tick recovers, claims and starts as much as there are free workers for. It returns how long
// there will be nothing to do unless a Wake comes first.
func (e *Engine) tick(ctx context.Context, slots chan struct{}, running *sync.WaitGroup) time.Duration {
	e.ticked.Store(time.Now().UnixMicro())
	if err := e.recoverOrphans(ctx); err != nil {
		return e.failed("recover", err)
	}
	if err := e.tell(ctx); err != nil {
		return e.failed("notice", err)
	}
	free := cap(slots) - len(slots)
	if free == 0 {
		return e.config.Heartbeat // a worker that ends wakes the loop
	}
	start := time.Now()
	batch, err := e.store.Claim(ctx, free, e.config.Lease, e.channels)
	if err != nil {
		return e.failed("claim", err)
	}
	e.metrics.claimed.Add(float64(len(batch.Jobs)))
	for _, job := range batch.Jobs {
		e.hold(job)
		slots <- struct{}{}
		running.Go(func() {
			defer func() {
				e.release(job)
				<-slots
				e.Wake()
			}()
			e.deliver(ctx, job, batch.At, start)
		})
	}
	if len(batch.Jobs) == free {
		return e.config.Heartbeat // there may be more, once a worker ends
	}
	next, ok, err := e.store.NextDue(ctx, batch.At)
	switch {
	case err != nil:
		return e.failed("next due", err)
	case ok:
		return min(e.config.Heartbeat, max(next.Sub(batch.At), 0))
	}
	return e.config.Heartbeat
}

// renew keeps the leases of what is in flight while their sends last.
func (e *Engine) renew(ctx context.Context) {
	every := time.NewTicker(e.config.Lease / 3)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			if jobs := e.held(); len(jobs) > 0 {
				if err := e.store.Renew(ctx, jobs, e.config.Lease); err != nil && ctx.Err() == nil {
					_ = e.failed("renew", err)
				}
			}
		}
	}
}

func (e *Engine) hold(j Job) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.inFlight[j.Token] = j
}

func (e *Engine) release(j Job) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.inFlight, j.Token)
}

func (e *Engine) held() []Job {
	e.mu.Lock()
	defer e.mu.Unlock()
	jobs := make([]Job, 0, len(e.inFlight))
	for _, j := range e.inFlight {
		jobs = append(jobs, j)
	}
	return jobs
}

// failed logs a database failure and returns when to try again: the engine outlives its database.
func (e *Engine) failed(step string, err error) time.Duration {
	if !errors.Is(err, context.Canceled) {
		e.metrics.errors.WithLabelValues(step).Inc()
		e.log.Error("delivery step failed; it will be tried again", "step", step, "err", err)
	}
	return e.config.Policy.FirstRetry
}
