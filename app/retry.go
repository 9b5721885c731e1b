package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"carebell/delivery"

	"github.com/google/uuid"
)

// RetryCommand is "carebell retry": it lists the reminders that failed, and tries them again.
type RetryCommand struct {
	Since time.Duration `help:"How far back to look." default:"24h"`
	All   bool          `help:"Try all again that still can be."`

	IDs []string `arg:"" optional:"" name:"id" help:"The reminders to try again, by the ids of the list."`
}

// mostFailures is the longest list; the newest come first.
const mostFailures = 1000

// Do lists, or tries again and says what became of each. now is the present moment.
func (c *RetryCommand) Do(ctx context.Context, store delivery.Failures, w io.Writer, now time.Time) error {
	if len(c.IDs) > 0 && c.All {
		return errors.New("--all and ids together: give one of them")
	}
	for _, id := range c.IDs {
		if uuid.Validate(id) != nil {
			return fmt.Errorf("%q is not the id of a reminder; carebell retry lists them", id)
		}
	}
	if len(c.IDs) > 0 {
		return c.retry(ctx, store, w, c.IDs)
	}
	failed, err := store.Failed(ctx, now.Add(-c.Since), mostFailures)
	if err != nil {
		return err
	}
	if c.All {
		var ids []string
		for _, f := range failed {
			if f.Open {
				ids = append(ids, f.ID)
			}
		}
		if len(ids) > 0 {
			return c.retry(ctx, store, w, ids)
		}
	}
	return list(w, failed, c.Since)
}

func list(w io.Writer, failed []delivery.Failure, since time.Duration) error {
	if len(failed) == 0 {
		_, err := fmt.Fprintf(w, "No reminder that was due in the last %s has failed.\n", since)
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, err := fmt.Fprintln(t, "ID\tDUE\tCHANNEL\tTEMPLATE\tTRY AGAIN\tREASON")
	open := 0
	for _, f := range failed {
		can := "no"
		if f.Open {
			can = "until " + f.Until.Format(time.TimeOnly) + " UTC"
			open++
		}
		_, werr := fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.ID, f.Due.Format(time.RFC3339), f.Channel, f.Template, can, f.Reason)
		err = errors.Join(err, werr)
	}
	err = errors.Join(err, t.Flush())
	if open > 0 {
		_, werr := fmt.Fprintf(w, "\n%d can be tried again: carebell retry --all, or carebell retry ID …\n", open)
		err = errors.Join(err, werr)
	}
	return err
}

func (c *RetryCommand) retry(ctx context.Context, store delivery.Failures, w io.Writer, ids []string) error {
	again, err := store.Retry(ctx, ids)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d of %d are due again now.\n", len(again), len(ids))
	if len(again) < len(ids) && err == nil {
		_, err = fmt.Fprintln(w, "The others have not failed, their time has passed, or they were stopped or answered meanwhile.")
	}
	return err
}

// Retry runs the command on the database that the settings name.
func Retry(ctx context.Context, c *RetryCommand, s Settings, stdout, stderr io.Writer, now time.Time) error {
	store, err := OpenStore(ctx, s, nil, NewLogger(s, stderr))
	if err != nil {
		return err
	}
	return errors.Join(c.Do(ctx, store, stdout, now), store.Close())
}
