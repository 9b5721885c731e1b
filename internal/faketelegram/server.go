package faketelegram

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config is what a Server is made of; the zero value is a usable one.
type Config struct {
	// Token is the only one that is let in. Default "123456:fake-token".
	Token string
	// Username of the bot, without @. Default "carebell_bot".
	Username string
	// Now is the clock that ages updates, taps and waits. Default time.Now.
	Now func() time.Time
	// PerChat and Overall are the most messages in any second, to one chat and together; more get a
	// 429. 0 is no limit. The real server has about 1 and 30.
	PerChat, Overall int
}

// Lifetimes and limits of the real server.
const (
	UpdateLife  = 24 * time.Hour
	TapLife     = 150 * time.Second
	MaxText     = 4096  // UTF-16 units after the entities were parsed
	MaxRawText  = 32768 // bytes before
	MaxTapData  = 64    // bytes
	maxButtons  = 100
	maxPollSize = 100
)

// Server is one bot's Bot API. Its methods may be called from any goroutine.
type Server struct {
	cfg    Config
	closed context.Context
	close  context.CancelFunc

	mu      sync.Mutex
	changed chan struct{}
	ledger  Ledger
	calls   map[string]int
	faults  func(Call) Fault
	once    map[string][]Fault
	waits   []wait

	chats       map[int64]*room
	nextUpdate  int
	nextMessage int
	queue       []update
	newest      *update
	allowed     map[string]bool
	poller      *poller
	taps        map[string]*tap
	commands    map[string]string
	webhook     string
	sends       []stamp

	serving sync.WaitGroup
	http    *http.Server
	addr    string
}

// wait is a pause that a 429 asked for; chat 0 is the whole bot.
type wait struct {
	chat  int64
	until time.Time
}

// New makes a Server that is not yet reachable; Serve or Start make it so, Handler fits elsewhere.
func New(cfg Config) *Server {
	if cfg.Token == "" {
		cfg.Token = "123456:fake-token"
	}
	if cfg.Username == "" {
		cfg.Username = "carebell_bot"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{
		cfg: cfg, changed: make(chan struct{}), calls: make(map[string]int), once: make(map[string][]Fault),
		chats: make(map[int64]*room), nextUpdate: 100001, taps: make(map[string]*tap), commands: make(map[string]string),
	}
	s.closed, s.close = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	return s
}

// Start listens on a free port of the loopback interface and serves until Close.
func Start(cfg Config) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := New(cfg)
	s.addr = l.Addr().String()
	s.serving.Go(func() { _ = s.Serve(l) })
	return s, nil
}

// Serve answers on l until Close; a Server serves one listener. It returns nil after Close.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// Endpoint is the setting that leads a client here: an address with %s for token and method.
func (s *Server) Endpoint() string { return "http://" + s.addr + "/bot%s/%s" }

// Token is the token that is let in.
func (s *Server) Token() string { return s.cfg.Token }

// Close ends every request, open polls and hung ones too, and waits for them. From then on
// connections are refused. The ledger stays readable.
func (s *Server) Close() {
	s.close()
	_ = s.http.Close()
	s.serving.Wait()
}
