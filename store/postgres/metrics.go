package postgres

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// Register gives the use of the pool, and how far the clocks are apart, to r.
func (s *Store) Register(r prometheus.Registerer) {
	pool := func(name, help string, value func(*pgxpool.Stat) float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(s.pool.Stat()) }))
	}
	pool("carebell_database_connections_max", "Connections that this process may have.", func(p *pgxpool.Stat) float64 { return float64(p.MaxConns()) })
	pool("carebell_database_connections_open", "Connections that this process has.", func(p *pgxpool.Stat) float64 { return float64(p.TotalConns()) })
	pool("carebell_database_connections_used", "Connections at work.", func(p *pgxpool.Stat) float64 { return float64(p.AcquiredConns()) })
	total := func(name, help string, value func(*pgxpool.Stat) float64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return value(s.pool.Stat()) }))
	}
	total("carebell_database_waits_total", "Transactions that had to wait for a connection.", func(p *pgxpool.Stat) float64 { return float64(p.EmptyAcquireCount()) })
	total("carebell_database_wait_seconds_total", "Time that transactions waited for a connection.", func(p *pgxpool.Stat) float64 { return p.EmptyAcquireWaitTime().Seconds() })
	total("carebell_database_cancelled_waits_total", "Transactions that gave up waiting for a connection.", func(p *pgxpool.Stat) float64 { return float64(p.CanceledAcquireCount()) })
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "carebell_clock_skew_seconds",
		Help: "How far this machine's clock is ahead of the database's."}, func() float64 { return s.Skew().Seconds() }))
}
