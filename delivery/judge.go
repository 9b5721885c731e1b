package delivery

import (
	"context"
	"time"

	"carebell/chat"
)

// judge turns a platform's refusal into an outcome: again, never, or unknown.
func (e *Engine) judge(ctx context.Context, job Job, sender Sender, err *chat.SendError, now time.Time) Outcome {
	o := Outcome{Requested: true, Code: err.Code, Reason: err.Detail, Cause: string(err.Class), Certain: !err.Uncertain}
	switch err.Class {
	case chat.Throttled:
		until := now.Add(err.RetryAfter)
		o.Free, o.Certain = true, true
		if e.pacer.Throttled(job.To, err.RetryAfter) {
			e.pause(ctx, job.To.Channel, until, "the platform asked to wait")
		}
		return e.again(job, o, until)
	case chat.Configuration:
		e.log.Error("the channel refuses everything until an operator acts", "channel", job.To.Channel,
			"code", err.Code, "detail", err.Detail)
		until := now.Add(e.config.Policy.ConfigurationPause)
		e.pacer.PauseChannel(job.To.Channel, e.config.Policy.ConfigurationPause)
		e.pause(ctx, job.To.Channel, until, "configuration")
		o.Free, o.Certain, o.Status, o.At = true, true, Pending, until
		return o
	case chat.Migrated:
		o.Certain, o.MigrateTo = true, err.MigrateTo
		return e.again(job, o, now.Add(e.config.Policy.FirstRetry))
	case chat.RecipientPermanent:
		o.Status, o.Certain, o.Unreachable = ended(job), true, err.Reason
		return o
	case chat.Gone:
		o.Certain = true
		switch job.Operation {
		case Edit:
			o.AsNew, o.Status, o.At = true, Pending, now
		case Delete:
			o.Status = Sent // to delete what is gone is done
		default:
			o.Status = Failed
		}
		return o
	case chat.MessagePermanent, chat.Markup:
		o.Status, o.Certain = ended(job), true
		return o
	}
	if err.Uncertain {
		return e.uncertain(job, sender, o, now)
	}
	wait := e.config.Policy.backoff(job.Attempts)
	if err.RetryAfter > wait {
		wait = err.RetryAfter
	}
	return e.again(job, o, now.Add(wait))
}

// ended is the status of a message of which nothing more is sent: it failed, unless an earlier copy
// may be there.
func ended(job Job) Status {
	if job.Copies > 0 {
		return Unknown
	}
	return Failed
}

// again retries at t, unless that is later than the message may be. An occurrence of which nothing has
// arrived then waits for the end of its window: it expires there, and the person is told.
func (e *Engine) again(job Job, o Outcome, t time.Time) Outcome {
	end := job.Due.Add(job.Lateness)
	switch {
	case !t.After(end):
		o.Status, o.At = Pending, t
	case job.Copies > 0:
		o.Status, o.Cause = Unknown, causeLate
	case job.Source == Occurrence && len(job.Parts) == 0:
		o.Status, o.At = Pending, end.Add(time.Millisecond)
	default:
		o.Status, o.Cause = Failed, causeLate
		o.Reason = "no attempt succeeded within its maximum lateness: " + o.Reason
	}
	return o
}

// uncertain decides on a request that may have been carried out.
func (e *Engine) uncertain(job Job, sender Sender, o Outcome, now time.Time) Outcome {
	if job.Operation != Send || sender.Capabilities().Idempotent {
		// Doing it once more changes nothing, so it is an ordinary retry.
		o.Certain = true
		return e.again(job, o, now.Add(e.config.Policy.backoff(job.Attempts)))
	}
	o.Status = Unknown
	if job.Copies+1 >= e.config.Policy.MaxCopies || job.CancelRequested {
		return o
	}
	repeat := now.Add(e.config.Policy.RepeatAfter)
	if repeat.Sub(job.Due) > job.Lateness {
		return o
	}
	o.At, o.MarkNext = repeat, true
	return o
}

func (e *Engine) pause(ctx context.Context, c chat.Channel, until time.Time, reason string) {
	if err := e.store.PauseChannel(ctx, c, until, reason); err != nil {
		_ = e.failed("pause channel", err)
	}
}

// recoverOrphans settles what a dead holder left behind: without an intent it goes again, clean;
// with one its outcome is unknown.
func (e *Engine) recoverOrphans(ctx context.Context) error {
	for {
		batch, err := e.store.Orphans(ctx, 100, e.config.Lease)
		if err != nil {
			return err
		}
		for _, job := range batch.Jobs {
			if ctx.Err() != nil {
				return ctx.Err() // whoever runs next finds them
			}
			o := Outcome{Status: Pending, At: batch.At, Free: true, Reason: "recovered from a lost holder"}
			if job.Ambiguous {
				o = Outcome{Requested: true, Reason: "the process ended during the request", Cause: causeLost}
				// The claim counted this copy already; uncertain counts the one at hand.
				job.Copies--
				if sender, ok := e.senders[job.To.Channel]; ok {
					o = e.uncertain(job, sender, o, batch.At)
				} else {
					o.Status = Unknown
				}
			}
			e.settle(ctx, job, len(job.Parts), o)
		}
		if len(batch.Jobs) < 100 {
			return nil
		}
	}
}
