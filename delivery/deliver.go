package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"carebell/chat"
)

// deliver takes one claimed job to an outcome. claimed is the deciding clock's time of the claim, which
// began at start by the process's: what is reckoned from both is never early.
func (e *Engine) deliver(ctx context.Context, job Job, claimed, start time.Time) {
	now := func() time.Time { return claimed.Add(time.Since(start)) }

	if now().Sub(job.Due) > job.Lateness {
		e.settle(ctx, job, len(job.Parts), tooLate(job))
		return
	}
	sender, ok := e.senders[job.To.Channel]
	if !ok { // recovered from a process that has it; others may have it too
		e.settle(ctx, job, 0, Outcome{Status: Pending, Free: true, Reason: "the channel is off",
			At: now().Add(e.config.Policy.ConfigurationPause)})
		return
	}
	message, err := e.renderer.Render(job)
	if err != nil {
		e.log.Error("message cannot be rendered", "message_id", job.ID, "template", job.Template, "err", err)
		e.settle(ctx, job, 0, Outcome{Status: Failed, Reason: "the template cannot be rendered", Cause: causeTemplate})
		return
	}
	if job.Operation == Edit && len(sender.Split(message)) > 1 {
		// What is longer than one message cannot replace one: it is said anew.
		e.settle(ctx, job, 0, Outcome{Status: Pending, Free: true, AsNew: true, At: now(), Reason: "too long for an edit"})
		return
	}
	if job.Operation == Edit || job.Operation == Delete {
		e.request(ctx, job, sender, message, 0, 1, now)
		return
	}
	parts := sender.Split(message)
	if len(parts) <= len(job.Parts) {
		e.settle(ctx, job, 0, Outcome{Status: Failed, Reason: "nothing is left to send", Cause: causeEmpty})
		return
	}
	first := len(job.Parts)
	parts[first] = e.renderer.Note(parts[first], job, now(), e.config.Policy.OnTime)
	for part := first; part < len(parts); part++ {
		if !e.request(ctx, job, sender, parts[part], part, len(parts), now) {
			return
		}
		job.Copies, job.Marked = 0, false
		job.Attempts++
	}
}

// tooLate is the end of an occurrence that is later than it may be: nothing more is sent of it, and
// the status says what may have arrived.
func tooLate(job Job) Outcome {
	const reason = "later than its maximum lateness"
	switch {
	case job.Copies > 0:
		return Outcome{Status: Unknown, Cause: causeLate, Reason: reason + "; a copy may have arrived"}
	case len(job.Parts) > 0:
		return Outcome{Status: Failed, Cause: causeLate, Reason: reason + "; only its first parts arrived"}
	default:
		return Outcome{Status: Expired, Cause: causeLate, Reason: reason}
	}
}

// request makes one request for one part and settles it. It reports whether the part arrived.
func (e *Engine) request(ctx context.Context, job Job, sender Sender, part chat.Message, index, total int, now func() time.Time) bool {
	if err := e.pacer.Wait(ctx, job.To); err != nil {
		e.settle(ctx, job, index, e.handBack(job, err, now()))
		return false
	}
	done, ok := e.breakers.allow(job.To.Channel)
	if !ok {
		e.settle(ctx, job, index, Outcome{Status: Pending, Free: true, Reason: "the platform is given a rest",
			At: now().Add(e.config.Policy.BreakerRest / 4)})
		return false
	}
	if err := e.store.Intend(ctx, job, index); err != nil {
		done(errNotAsked)
		if paused := (*PausedError)(nil); errors.As(err, &paused) {
			e.pacer.PauseChannel(job.To.Channel, paused.Until.Sub(now())) // the others that are claimed here need not ask
			e.settle(ctx, job, index, Outcome{Status: Pending, Free: true, At: paused.Until, Reason: err.Error()})
		} else if errors.Is(err, ErrCancelled) {
			e.settle(ctx, job, index, Outcome{Status: Pending, Free: true, At: now(), Reason: err.Error()})
		} else if !errors.Is(err, ErrFenced) {
			wait := e.failed("intend", err)
			e.settle(ctx, job, index, Outcome{Status: Pending, At: now().Add(wait), IntentInDoubt: true, Reason: "the intent could not be recorded"})
		}
		return false
	}
	if err := e.pacer.Paused(job.To); err != nil { // asked for while the intent was committed
		done(errNotAsked)
		o := e.handBack(job, err, now())
		o.Requested, o.Certain = true, true
		e.settle(ctx, job, index, o)
		return false
	}
	e.pacer.leaves(job.To)
	job.Attempts++

	sending, cancel := context.WithTimeout(ctx, e.config.SendTimeout)
	defer cancel()
	began := time.Now()
	id, err := e.ask(sending, job, sender, part, index)
	e.metrics.sendSeconds.WithLabelValues(string(job.To.Channel)).Observe(time.Since(began).Seconds())

	if refused := chat.AsSendError(err); refused != nil && refused.Class == chat.Markup && part.Format == chat.HTML {
		// Once more without markup, at once: the person must get the reminder, and an operator
		// must learn that the text is broken.
		e.log.Error("the platform refused the markup; sent as plain text", "message_id", job.ID, "template", job.Template)
		part.Text, part.Format = chat.PlainText(part.Text), chat.Plain
		id, err = e.ask(sending, job, sender, part, index)
	}
	if done(err) {
		e.rest(ctx, job.To.Channel, now())
	}
	last := index == total-1
	if err == nil {
		status := Sending
		if last {
			status = Sent
			e.metrics.sent.WithLabelValues(string(job.To.Channel)).Inc()
			e.metrics.lateness.Observe(max(now().Sub(job.Due), 0).Seconds())
		}
		return e.settle(ctx, job, index, Outcome{Status: status, PlatformID: id, Requested: true})
	}
	o := e.judge(ctx, job, sender, chat.AsSendError(err), now())
	e.settle(ctx, job, index, o)
	return false
}

// errNotAsked: no request was made, which says nothing about the platform.
var errNotAsked = &chat.SendError{Class: chat.Configuration, Detail: "no request was made"}

// rest leaves a channel alone whose breaker has just opened: here, and by every replica.
func (e *Engine) rest(ctx context.Context, c chat.Channel, now time.Time) {
	e.log.Error("a platform fails again and again; it is given a rest", "channel", c, "for", e.config.Policy.BreakerRest)
	e.pacer.PauseChannel(c, e.config.Policy.BreakerRest)
	e.pause(ctx, c, now.Add(e.config.Policy.BreakerRest), "the platform fails")
}

// handBack returns a row to the queue without a request: at a shutdown at once, else after the pause.
func (e *Engine) handBack(job Job, err error, now time.Time) Outcome {
	o := Outcome{Status: Pending, Free: true, At: now, Reason: err.Error()}
	if paused := (*PausedError)(nil); errors.As(err, &paused) {
		o.At = now.Add(time.Until(paused.Until))
	}
	return o
}

// ask makes the request itself. The key is the same for every copy of one part.
func (e *Engine) ask(ctx context.Context, job Job, sender Sender, part chat.Message, index int) (string, error) {
	switch job.Operation {
	case Edit:
		return job.TargetID, sender.Edit(ctx, job.To, job.TargetID, part)
	case Delete:
		return job.TargetID, sender.Delete(ctx, job.To, job.TargetID)
	default:
		return sender.Send(ctx, job.To, part, fmt.Sprintf("%s.%d", job.ID, index))
	}
}

// settle records an outcome and reports whether it was recorded. It goes on while the process
// drains: an outcome that is known must not be lost to a shutdown.
func (e *Engine) settle(ctx context.Context, job Job, part int, o Outcome) bool {
	if job.Copies > 0 && (o.Status == Pending || o.Status == Unknown) {
		o.MarkNext = true // whatever the reason for another request: an earlier copy may be there
	}
	err := e.record(ctx, job, part, o)
	switch {
	case errors.Is(err, ErrFenced):
		e.log.Warn("the message is not held any more: its outcome was recorded before, or is somebody else's to record", "message_id", job.ID)
	case err != nil:
		e.log.Error("an outcome could not be recorded; it counts as unknown once the lease ends", "message_id", job.ID, "err", err)
	case o.Status == Expired && job.Kind == KindNag: // its occurrence arrived; nothing is missed
	case o.Status == Failed || o.Status == Expired || (o.Status == Unknown && o.At.IsZero()):
		e.metrics.ended.WithLabelValues(string(job.To.Channel), string(o.Status), o.Cause).Inc()
		e.log.Warn("message ended without a known arrival", "message_id", job.ID, "status", o.Status,
			"reason", o.Reason, "code", o.Code, "attempt", job.Attempts)
	}
	return err == nil
}

// How long one try to record an outcome may take, the last one at a shutdown, and all of them. The
// lease is renewed meanwhile, so a database that comes back finds the outcome waiting.
const (
	recordTimeout = 5 * time.Second
	lastTimeout   = time.Second
	mostRecording = 5 * time.Minute
)

// record tries until the database takes the outcome or says that the row is somebody else's: what is
// known must not become unknown because the database was away. Settle may be repeated safely. The
// worker stays busy, so nothing more is sent than can be recorded.
func (e *Engine) record(ctx context.Context, job Job, part int, o Outcome) error {
	wait := 50 * time.Millisecond
	for begun, first := time.Now(), true; ; first = false {
		err := e.tryToRecord(ctx, job, part, o)
		if err == nil || errors.Is(err, ErrFenced) || ctx.Err() != nil || time.Since(begun) > mostRecording {
			return err
		}
		if e.metrics.errors.WithLabelValues("settle").Inc(); first {
			e.log.Warn("an outcome cannot be recorded yet; it is tried again", "message_id", job.ID, "err", err)
		}
		pause(ctx, wait)
		wait = min(2*wait, time.Second)
	}
}

// tryToRecord is one try. When ctx ends, also while it is under way, it has lastTimeout and is the last.
func (e *Engine) tryToRecord(ctx context.Context, job Job, part int, o Outcome) error {
	try, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastTimeout, cancel) })()
	return e.store.Settle(try, job, part, o)
}

// pause waits, but not beyond ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
