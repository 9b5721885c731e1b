package postgres

import "context"

// Occupy takes n connections of the pool until release.
func (s *Store) Occupy(ctx context.Context, n int) (release func(), err error) {
	var all []func()
	release = func() {
		for _, r := range all {
			r()
		}
	}
	for range n {
		c, err := s.pool.Acquire(ctx)
		if err != nil {
			release()
			return nil, err
		}
		all = append(all, c.Release)
	}
	return release, nil
}
