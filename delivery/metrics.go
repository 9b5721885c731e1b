package delivery

import "github.com/prometheus/client_golang/prometheus"

// Causes of an end beside the classes of refusal (chat.Class).
const (
	causeLate     = "too_late" // later than it may be
	causeTemplate = "template" // it cannot be rendered
	causeEmpty    = "empty"    // nothing is left to send
	causeLost     = "lost"     // its process died during the request
)

// Metrics are the engine's own. No label names a person, a chat or a text.
type Metrics struct {
	claimed     prometheus.Counter
	sent        *prometheus.CounterVec // channel
	ended       *prometheus.CounterVec // channel, status, reason
	errors      *prometheus.CounterVec // step
	breaker     *prometheus.GaugeVec   // channel
	lateness    prometheus.Histogram
	sendSeconds *prometheus.HistogramVec // channel
}

// NewMetrics registers the engine's metrics with r.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		claimed: prometheus.NewCounter(prometheus.CounterOpts{Name: "carebell_delivery_claimed_total",
			Help: "Messages claimed for sending."}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "carebell_delivery_sent_total",
			Help: "Messages that the platform accepted."}, []string{"channel"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "carebell_delivery_ended_total",
			Help: "Messages that ended failed, expired or unknown, by reason: a class of refusal, too_late, template, empty or lost."},
			[]string{"channel", "status", "reason"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "carebell_delivery_errors_total",
			Help: "Steps of the engine that the database refused."}, []string{"step"}),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "carebell_delivery_breaker_state",
			Help: "A channel's circuit breaker: 0 closed, 1 half-open, 2 open."}, []string{"channel"}),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "carebell_delivery_lateness_seconds",
			Help:    "Acceptance by the platform after the scheduled time.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300, 1800, 7200}}),
		sendSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "carebell_delivery_send_seconds",
			Help: "Duration of one request to the platform.", Buckets: prometheus.ExponentialBuckets(.005, 2, 14)},
			[]string{"channel"}),
	}
	r.MustRegister(m.claimed, m.sent, m.ended, m.errors, m.breaker, m.lateness, m.sendSeconds)
	return m
}
