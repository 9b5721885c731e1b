package delivery

import "context"

// tell queues the grouped notices of what expired: one for each person, once nothing overdue is
// left for them.
func (e *Engine) tell(ctx context.Context) error {
	overdue, err := e.store.Untold(ctx, 100)
	if err != nil {
		return err
	}
	for _, o := range overdue {
		if err := e.store.Tell(ctx, o, e.renderer.Notice(o)); err != nil {
			return err
		}
	}
	return nil
}
