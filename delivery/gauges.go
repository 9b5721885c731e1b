package delivery

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Counter counts the queue; it is the store.
type Counter interface {
	Counts(ctx context.Context) (Counts, error)
}

// gauges are read from the database when somebody scrapes, so they are right in every replica and
// cost nothing in between.
type gauges struct {
	counter               Counter
	due, overdue, oldest  *prometheus.Desc
	sent, failed, unknown *prometheus.Desc
	timeout               time.Duration
	refused               prometheus.Counter
}

// RegisterGauges registers the queue's depth with r. A database that does not answer within two
// seconds leaves them out of that scrape, which is what an alert on their absence sees.
func RegisterGauges(r prometheus.Registerer, counter Counter) {
	desc := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }
	g := &gauges{counter: counter, timeout: 2 * time.Second,
		due:     desc("carebell_queue_due", "Messages due in the next 24 hours."),
		overdue: desc("carebell_queue_overdue", "Messages past their time that are still to be sent."),
		oldest:  desc("carebell_queue_oldest_overdue_seconds", "Age of the oldest message that is past its time; 0 for none."),
		sent:    desc("carebell_messages_sent_day", "Messages of the last 24 hours that were sent."),
		failed:  desc("carebell_messages_failed_day", "Messages of the last 24 hours that failed or expired."),
		unknown: desc("carebell_messages_unknown_day", "Messages of the last 24 hours whose outcome is unknown."),
		refused: prometheus.NewCounter(prometheus.CounterOpts{Name: "carebell_queue_count_errors_total",
			Help: "Scrapes for which the database could not count the queue."}),
	}
	r.MustRegister(g, g.refused)
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.due, g.overdue, g.oldest, g.sent, g.failed, g.unknown} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), g.timeout)
	defer cancel()
	c, err := g.counter.Counts(ctx)
	if err != nil {
		g.refused.Inc()
		return
	}
	for _, m := range []struct {
		desc  *prometheus.Desc
		value float64
	}{
		{g.due, float64(c.Due)}, {g.overdue, float64(c.Overdue)}, {g.oldest, c.OldestOverdue.Seconds()},
		{g.sent, float64(c.Sent)}, {g.failed, float64(c.Failed)}, {g.unknown, float64(c.Unknown)},
	} {
		ch <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, m.value)
	}
}
