package faketelegram

import (
	"fmt"
	"net/http"
	"time"
)

// stamp is one message that counts against the limits.
type stamp struct {
	chat int64
	at   time.Time
}

// limitLocked is the 429 of a message that is one too many within a second.
func (s *Server) limitLocked(e *Entry) *apiFault {
	if !isSend(e.Method) || s.cfg.PerChat == 0 && s.cfg.Overall == 0 {
		return nil
	}
	var recent []stamp
	inChat := 0
	for _, st := range s.sends {
		if e.At.Sub(st.at) < time.Second {
			recent = append(recent, st)
			if st.chat == e.Chat {
				inChat++
			}
		}
	}
	s.sends = recent
	tooMany := func(chat int64) *apiFault {
		return &apiFault{code: http.StatusTooManyRequests, text: fmt.Sprintf("Too Many Requests: retry after %d", 1),
			retryAfter: time.Second, chat: chat}
	}
	switch {
	case s.cfg.Overall > 0 && len(recent) >= s.cfg.Overall:
		return tooMany(0)
	case s.cfg.PerChat > 0 && inChat >= s.cfg.PerChat:
		return tooMany(e.Chat)
	}
	s.sends = append(s.sends, stamp{e.Chat, e.At})
	return nil
}
