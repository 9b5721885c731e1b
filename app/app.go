package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"carebell/bot"
	"carebell/bot/telegram"
	"carebell/bot/webchat"
	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/locales"
	"carebell/nlp"
	"carebell/templates"
	"carebell/web"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Version is what `carebell version` says; a release sets it when it links.
var Version = "dev"

// App is the whole program, built and ready to run.
type App struct {
	settings Settings
	log      *slog.Logger
	store    Database
	engine   *delivery.Engine
	bot      *bot.Bot
	webchat  *webchat.Channel
	telegram *telegram.Channel // nil while it has no token
	web      *web.Server
	now      func() time.Time

	mu       sync.Mutex
	troubles map[string]string // channels that stopped for good, with what to do
}

// New opens and migrates the database and builds every part. now is the clock; nil in production:
// the machine's, and for what is due the database's own where it has one. Run closes what New opened.
func New(ctx context.Context, s Settings, now func() time.Time, log *slog.Logger) (*App, error) {
	catalogue, err := locales.Load()
	if err != nil {
		return nil, err
	}
	set, err := templates.Read(s.TemplatesDir)
	if err != nil {
		return nil, fmt.Errorf("the templates need mending:\n%w", err)
	}
	for _, m := range set.Missing() {
		log.Warn("a template falls back to English", "file", m.File, "key", m.Key)
	}
	store, err := OpenStore(ctx, s, now, log)
	if err != nil {
		return nil, err
	}
	if now == nil {
		now = time.Now
	}
	a := &App{settings: s, log: log, store: store, now: now, troubles: map[string]string{}}
	if err = store.Migrate(ctx); err == nil {
		err = store.Join(ctx)
	}
	if err == nil {
		err = a.build(catalogue, set)
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return a, nil
}

func (a *App) build(catalogue *locales.Catalogue, set *templates.Set) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	flows := conversations.New(conversations.Config{Service: a.settings.ServiceName, Emergency: a.settings.ServiceEmergency,
		Zone: a.settings.Zone, Language: a.settings.Language}, nlp.New(), catalogue, set)
	a.bot = bot.New(bot.Config{
		Now:         a.now,
		NotSaved:    func(language string) string { return catalogue.Text(language, "not_saved", nil) },
		NotSavedYet: func(language string) string { return catalogue.Text(language, "not_saved_yet", nil) },
		Committed:   func() { a.engine.Wake() },
	}, a.store, flows, registry, a.log)

	senders := map[chat.Channel]delivery.Sender{}
	var err error
	if a.webchat, err = webchat.New(webchat.Config{Now: a.now}, a.bot, a.store, a.store.Transcript(), a.log); err != nil {
		return err
	}
	senders[chat.WebChat] = a.webchat
	a.bot.Attach(chat.WebChat, a.webchat)
	paces := map[chat.Channel]delivery.Pace{}
	if t := a.settings.Telegram; t.Token != "" {
		a.telegram, err = telegram.New(telegram.Config{Token: t.Token, Endpoint: t.Endpoint, Commands: menu(catalogue), Now: a.now}, a.bot, a.log)
		if err != nil {
			return err
		}
		senders[chat.Telegram] = a.telegram
		a.bot.Attach(chat.Telegram, a.telegram)
		paces[chat.Telegram] = delivery.Pace{PerSecond: t.PerSecond, PerChatSecond: t.PerChatSecond, ChatBurst: t.PerChatBurst}
	}
	d := a.settings.Delivery
	a.engine = delivery.New(delivery.Config{Workers: d.Workers, Lease: d.Lease, SendTimeout: min(30*time.Second, d.Lease/2), DrainTimeout: 5 * time.Second,
		Policy: delivery.Policy{RepeatAfter: d.RepeatAfter, OnTime: d.OnTime}},
		a.store, delivery.NewRenderer(set, catalogue, doseButtons(catalogue)), senders, delivery.NewPacer(paces), delivery.NewMetrics(registry), a.log)

	delivery.RegisterGauges(registry, a.store)
	a.store.Register(registry)
	a.web, err = web.New(web.Config{Addr: a.settings.HTTPAddr, OpenMetrics: a.settings.OpenMetrics, Version: Version, Now: a.now, DrainTimeout: 2 * time.Second}, a, a.checks(), registry,
		[]web.Mount{{Path: "/chat", Handler: a.webchat.Handler(), Close: a.webchat.Close}}, a.log)
	return err
}

// doseButtons are what stands below a reminder that asks whether a dose was taken.
func doseButtons(catalogue *locales.Catalogue) func(delivery.Job) [][]chat.Choice {
	return func(j delivery.Job) [][]chat.Choice {
		return conversations.DoseChoices(catalogue, j.Language, j.Card, j.CardVersion)
	}
}

// menu is Telegram's command menu in every language; the fallback stands for all others.
func menu(catalogue *locales.Catalogue) map[string][]telegram.Command {
	all := map[string][]telegram.Command{}
	for _, lang := range catalogue.Languages() {
		for _, c := range conversations.Commands(catalogue, lang) {
			all[lang] = append(all[lang], telegram.Command(c))
		}
	}
	all[""] = all[locales.Fallback]
	return all
}

// Serve builds the program and runs it until ctx ends. A stop that comes while it still starts, perhaps
// waiting for its database, is as clean as any other.
func Serve(ctx context.Context, s Settings, log *slog.Logger, banner io.Writer) error {
	a, err := New(ctx, s, nil, log)
	if err != nil && ctx.Err() != nil {
		log.Info("stopped before it had started", "err", err)
		return nil
	}
	if err != nil {
		return err
	}
	return a.Run(ctx, func(addr string) { a.Banner(banner, addr) })
}

// Run serves until ctx ends, then stops in order: first what takes in, then what sends, last what
// they stand on. started is told the address once everything runs. The error is nil after a clean stop.
func (a *App) Run(ctx context.Context, started func(addr string)) error {
	listener, err := a.web.Listen(ctx)
	if err != nil && ctx.Err() != nil {
		return a.store.Close() // asked to stop before it had begun
	}
	if err != nil {
		return errors.Join(fmt.Errorf("CAREBELL_HTTP_ADDR: %w; stop what uses it, or choose another", err), a.store.Close())
	}
	receiving, stopReceiving := context.WithCancel(ctx)
	defer stopReceiving()
	sending, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSending()

	attending, stopAttending := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAttending()
	var receivers, handlers, senders, attendants sync.WaitGroup
	attendants.Go(func() { a.store.Attend(attending, a.engine.Wake, a.webchat.Wake) })
	serving := make(chan error, 1)
	receivers.Go(func() { serving <- a.web.Serve(receiving, listener) })
	if a.telegram != nil {
		// One process polls; the others stand by.
		receivers.Go(func() {
			a.channel(receiving, "telegram", func(ctx context.Context) error {
				return a.store.Exclusive(ctx, "telegram", a.telegram.Run)
			})
		})
	}
	// One process is enough to take old rows away.
	receivers.Go(func() {
		_ = a.store.Exclusive(receiving, "retention", func(ctx context.Context) error {
			var forgetting sync.WaitGroup
			forgetting.Go(func() { bot.Forget(ctx, a.store, a.log) })
			delivery.Retain(ctx, a.store, a.settings.Retention, a.log)
			forgetting.Wait()
			return nil
		})
	})
	handling, stopHandling := context.WithCancel(context.WithoutCancel(ctx))
	defer stopHandling()
	handlers.Go(func() { a.bot.Run(handling) })
	senders.Go(func() { a.engine.Run(sending) })

	if started != nil {
		started(listener.Addr().String())
	}
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-serving: // the server ended by itself: nothing works without it
		serving <- nil
	}
	// A stop may take ten seconds, whatever hangs: two and a half for what takes in and for turns, five
	// for sends under way, one for their outcomes, one to leave. What finishes earlier waits for nothing.
	sendsEnd := time.AfterFunc(2500*time.Millisecond, stopSending)
	defer sendsEnd.Stop()
	stopReceiving()
	receivers.Wait()
	stopHandling()
	handlers.Wait()
	stopSending()
	senders.Wait()
	stopAttending()
	attendants.Wait()
	return errors.Join(failed, <-serving, a.store.Close())
}

// channel runs one channel; if it ends for good, the others go on and the operator is told.
func (a *App) channel(ctx context.Context, name string, run func(context.Context) error) {
	if err := run(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("a channel stopped; the others go on", "channel", name, "err", err)
		a.mu.Lock()
		a.troubles[name] = err.Error()
		a.mu.Unlock()
	}
}

// Banner writes the first lines: what is on, where, and what to try.
func (a *App) Banner(w io.Writer, addr string) {
	telegramLine := "off: set CAREBELL_TELEGRAM_TOKEN to switch it on"
	if a.telegram != nil {
		telegramLine = "on"
	}
	_, _ = fmt.Fprintf(w, `carebell %s
  web chat  http://%s/chat
  status    http://%s/
  telegram  %s
  database  %s
Try it: open the web chat and write  /schedule in 1 minute Take your medicine
`, Version, addr, addr, telegramLine, a.store.Describe())
}
