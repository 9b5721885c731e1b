package delivery_test

import (
	"strings"
	"testing"
	"time"

	"carebell/delivery"
	"carebell/internal/teststores"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestGaugesTellTheQueue(t *testing.T) { teststores.Each(t, gaugesTellTheQueue) }

func gaugesTellTheQueue(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.stop()
	w.once(time.Second, "aspirin")
	w.once(time.Hour, "metformin")
	w.jump(-30 * time.Minute) // half an hour before the second
	r := prometheus.NewRegistry()
	delivery.RegisterGauges(r, w.store)
	if err := testutil.GatherAndCompare(r, strings.NewReader(`
# HELP carebell_queue_due Messages due in the next 24 hours.
# TYPE carebell_queue_due gauge
carebell_queue_due 1
# HELP carebell_queue_overdue Messages past their time that are still to be sent.
# TYPE carebell_queue_overdue gauge
carebell_queue_overdue 1
`), "carebell_queue_due", "carebell_queue_overdue"); err != nil {
		t.Error(err)
	}
}
