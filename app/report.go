package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"carebell/delivery"
	"carebell/web"
)

// maxTickAge is how old the engine's last look at the queue may be: twice its longest sleep.
const maxTickAge = 30 * time.Second

// checks are what must be so for the process to be ready.
func (a *App) checks() []web.Check {
	return []web.Check{
		{Name: "database", Probe: func(ctx context.Context) error {
			if err := a.store.Ping(ctx); err != nil {
				a.log.Warn("the database cannot be written to", "err", err)
				return errors.New("the database cannot be written to; see the log")
			}
			return nil
		}},
		{Name: "clock", Probe: func(context.Context) error {
			if skew := a.store.Skew(); skew.Abs() > delivery.MostSkew {
				return fmt.Errorf("this machine's clock is %s off the database's; nothing is claimed here until they agree", skew.Round(time.Second))
			}
			return nil
		}},
		{Name: "engine", Probe: func(context.Context) error {
			if age := time.Since(a.engine.Ticked()); age > maxTickAge {
				return fmt.Errorf("the engine has not looked for due messages for %s", age.Round(time.Second))
			}
			return nil
		}},
		{Name: "platforms", Advisory: true, Probe: func(context.Context) error {
			for _, c := range a.engine.Resting() {
				return fmt.Errorf("%s fails again and again; what is due there waits, and it is tried every few seconds", c)
			}
			return nil
		}},
		{Name: "channels", Probe: func(context.Context) error {
			a.mu.Lock()
			defer a.mu.Unlock()
			for name, trouble := range a.troubles {
				return fmt.Errorf("%s stopped: %s", name, trouble)
			}
			return nil
		}},
	}
}

// Overview is what the status page shows.
func (a *App) Overview(ctx context.Context) (web.Overview, error) {
	counts, err := a.store.Counts(ctx)
	if err != nil {
		return web.Overview{}, err
	}
	a.mu.Lock()
	trouble := a.troubles["telegram"]
	a.mu.Unlock()
	telegram := web.Part{Name: "Telegram", On: a.telegram != nil && trouble == "", Detail: trouble}
	if a.telegram == nil {
		telegram.Detail = "set CAREBELL_TELEGRAM_TOKEN to switch it on"
	}
	engine := "running"
	if time.Since(a.engine.Ticked()) > maxTickAge {
		engine = "stopped"
	}
	return web.Overview{
		Parts: []web.Part{
			{Name: "Web chat", On: true, Link: "/chat"},
			telegram,
			{Name: "Database", On: true, Detail: a.store.Describe()},
		},
		Engine: engine, TickedAt: a.engine.Ticked(),
		Due: counts.Due, Overdue: counts.Overdue, Sent: counts.Sent, Failed: counts.Failed, Unknown: counts.Unknown,
	}, nil
}
