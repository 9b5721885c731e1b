package app

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"carebell/chat"
	"carebell/delivery"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// prefix begins every environment variable that is a setting; the tests' own begin with testPrefix.
const (
	prefix     = "CAREBELL_"
	testPrefix = "CAREBELL_TEST_"
)

// secrets are the settings that a file may hold: CAREBELL_…_FILE.
var secrets = []string{"telegram.token", "database.url", "database.migrate_url"}

// Load reads the settings: the defaults (the text of config.yaml), then the file at path unless it
// is empty, then the environment as os.Environ gives it. The error lists every fault at once, each
// with the setting's name, what was found and what is expected.
func Load(defaults []byte, path string, environ []string, languages []string) (Settings, error) {
	k := koanf.New(".")
	if err := k.Load(rawbytes.Provider(defaults), yaml.Parser()); err != nil {
		return Settings{}, fmt.Errorf("the built-in config.yaml: %w", err)
	}
	r := reader{k: k, known: k.Keys(), origin: map[string]string{}}
	if path != "" {
		r.file(path)
	}
	r.environment(environ)
	s := r.settings(languages)
	return s, errors.Join(r.faults...)
}

// reader collects values and every fault in them.
type reader struct {
	k      *koanf.Koanf
	known  []string
	origin map[string]string // where a value that is no default comes from
	faults []error
}

func (r *reader) fault(key, found, expected string) {
	name := key
	if origin := r.origin[key]; origin != "" {
		name = origin
	}
	r.faults = append(r.faults, fmt.Errorf("%s: found %s, expected %s", name, found, expected))
}

func (r *reader) file(path string) {
	own := koanf.New(".")
	if err := own.Load(file.Provider(path), yaml.Parser()); err != nil {
		r.faults = append(r.faults, fmt.Errorf("--config %s: found %w, expected a YAML file like config.yaml", path, err))
		return
	}
	for _, key := range own.Keys() {
		r.origin[key] = key + " in " + filepath.Base(path)
		if !slices.Contains(r.known, key) {
			r.fault(key, "an unknown key", "one of those in config.yaml")
			own.Delete(key)
		}
	}
	_ = r.k.Merge(own) // merging maps of known keys cannot fail
}

// environment lays CAREBELL_… over the rest. The variable's name is the key in capitals with
// underscores; a name that fits no key is a fault, so that a misspelt setting is not silently lost.
func (r *reader) environment(environ []string) {
	names := map[string]string{}
	for _, key := range r.known {
		names[prefix+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))] = key
	}
	values := map[string]any{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, prefix) || strings.HasPrefix(name, testPrefix) {
			continue
		}
		key, ok := names[name]
		if base, isFile := strings.CutSuffix(name, "_FILE"); !ok && isFile && slices.Contains(secrets, names[base]) {
			key, ok = names[base], true
			r.origin[key] = name
			raw, err := os.ReadFile(value) // #nosec G304 G703 -- the operator names the file
			if err != nil {
				r.fault(key, "a file that cannot be read", "the path of a file with the secret")
				continue
			}
			value = strings.TrimSpace(string(raw))
		}
		if !ok {
			r.faults = append(r.faults, fmt.Errorf("%s: found an unknown setting, expected one of those in config.yaml", name))
			continue
		}
		if r.origin[key] == "" || !strings.HasSuffix(r.origin[key], "_FILE") {
			r.origin[key] = name
		}
		values[key] = value
		if key == "admins" {
			values[key] = splitList(value)
		}
	}
	_ = r.k.Load(confmap.Provider(values, "."), nil) // a map of strings cannot fail
}

func splitList(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// longest is the most that anything is kept: a hundred years.
const longest = 100 * 365 * 24 * time.Hour

func (r *reader) settings(languages []string) Settings {
	s := Settings{
		ServiceName:      r.text("service.name"),
		ServiceEmergency: r.k.String("service.emergency"),
		Language:         r.oneOf("people.language", languages...),
		TemplatesDir:     strings.TrimSpace(r.k.String("templates.dir")),
		HTTPAddr:         r.address("http.addr"),
		OpenMetrics:      r.oneOf("http.metrics", "page", "open") == "open",
		Telegram: Telegram{
			Token:         r.token("telegram.token"),
			Endpoint:      r.endpoint("telegram.endpoint"),
			PerSecond:     r.number("telegram.per_second", 1, 1000),
			PerChatSecond: r.number("telegram.per_chat_second", 0.1, 30),
			PerChatBurst:  int(r.number("telegram.per_chat_burst", 1, 30)),
		},
		Delivery: Delivery{
			Workers:     int(r.number("delivery.workers", 1, 256)),
			Lease:       r.duration("delivery.lease", 2*time.Second, 10*time.Minute),
			RepeatAfter: r.duration("delivery.repeat_after", time.Second, 10*time.Minute),
			OnTime:      r.duration("delivery.on_time", time.Second, time.Hour),
		},
		Retention: delivery.Retention{
			Updates:  r.duration("retention.updates", 48*time.Hour, longest), // a platform repeats an update for a day
			Replies:  r.duration("retention.replies", 48*time.Hour, longest),
			Messages: r.duration("retention.messages", 48*time.Hour, longest),
		},
		LogLevel:  r.oneOf("log.level", "debug", "info", "warn", "error"),
		LogFormat: r.oneOf("log.format", "text", "json"),
	}
	for _, a := range r.k.Strings("admins") {
		address, err := chat.ParseAddress(a)
		if err != nil {
			r.fault("admins", "an entry that is no address", err.Error())
			continue
		}
		s.Admins = append(s.Admins, address)
	}
	zone, err := time.LoadLocation(r.k.String("people.zone"))
	if err != nil || r.k.String("people.zone") == "" {
		r.fault("people.zone", quoted(r.k.String("people.zone")), "an IANA time zone such as Europe/Madrid")
	}
	s.Zone = zone
	s.Database = r.database()
	return s
}

// database never repeats a URL: it may hold a password.
func (r *reader) database() DatabaseSettings {
	url, owner := strings.TrimSpace(r.k.String("database.url")), strings.TrimSpace(r.k.String("database.migrate_url"))
	if isPostgres(url) {
		if owner != "" && !isPostgres(owner) {
			r.fault("database.migrate_url", "a URL of another kind", "postgres://owner:password@host:5432/database, or nothing to migrate as database.url")
		}
		return DatabaseSettings{URL: url, MigrateURL: owner}
	}
	if owner != "" {
		r.fault("database.migrate_url", "a URL although the database is SQLite", "nothing, or a database.url of PostgreSQL beside it")
	}
	if url == "" {
		return DatabaseSettings{Path: filepath.Join(r.text("data.dir"), "carebell.db")}
	}
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok || path == "" {
		r.fault("database.url", "a URL of another kind", "postgres://user:password@host:5432/database, sqlite:path, or nothing for the file in data.dir")
	}
	return DatabaseSettings{Path: path}
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

func (r *reader) text(key string) string {
	v := strings.TrimSpace(r.k.String(key))
	if v == "" {
		r.fault(key, "nothing", "a text")
	}
	return v
}

func (r *reader) oneOf(key string, allowed ...string) string {
	v := r.k.String(key)
	if !slices.Contains(allowed, v) {
		r.fault(key, quoted(v), "one of "+strings.Join(allowed, ", "))
	}
	return v
}

func (r *reader) address(key string) string {
	v := r.k.String(key)
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		r.fault(key, quoted(v), "host:port such as 127.0.0.1:8080")
	}
	return v
}

// token is checked for what BotFather gives, without ever repeating it.
func (r *reader) token(key string) string {
	v := strings.TrimSpace(r.k.String(key))
	id, secret, ok := strings.Cut(v, ":")
	if v != "" && (!ok || id == "" || secret == "" || strings.ContainsAny(v, " /?#")) {
		r.fault(key, "something that is no bot token", "the token from @BotFather, like 123456:ABC-…")
	}
	return v
}

func (r *reader) endpoint(key string) string {
	v := r.k.String(key)
	if strings.Count(v, "%s") != 2 || !strings.HasPrefix(v, "http://") && !strings.HasPrefix(v, "https://") {
		r.fault(key, "something else", "an http(s) URL with %s for the token and %s for the method")
	}
	return v
}

func (r *reader) number(key string, low, high float64) float64 {
	v, err := strconv.ParseFloat(r.k.String(key), 64)
	if err != nil || !(v >= low && v <= high) { // not a number is neither
		r.fault(key, quoted(r.k.String(key)), fmt.Sprintf("a number from %g to %g", low, high))
		return low
	}
	return v
}

func (r *reader) duration(key string, low, high time.Duration) time.Duration {
	v, err := time.ParseDuration(r.k.String(key))
	if err != nil || v < low || v > high {
		r.fault(key, quoted(r.k.String(key)), fmt.Sprintf("a duration from %s to %s such as 10s", low, high))
		return low
	}
	return v
}

func quoted(v string) string { return fmt.Sprintf("%q", v) }
