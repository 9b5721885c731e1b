package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// load reads the compose file as Docker does, by the schema of the specification. edit may change its text first.
func load(t *testing.T, env types.Mapping, edit func(string) string) (*types.Project, error) {
	t.Helper()
	text, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return loader.LoadWithContext(t.Context(), types.ConfigDetails{WorkingDir: folder, Environment: env,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(folder, "compose.yaml"), Content: []byte(edit(string(text)))}}})
}

func asItIs(text string) string { return text }

func TestComposeFile(t *testing.T) {
	project, err := load(t, types.Mapping{"SECRETS_DIR": "/etc/carebell"}, asItIs)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range project.Secrets {
		if s.File != "/etc/carebell/"+name {
			t.Errorf("secret %s: %q, want the file of its name in SECRETS_DIR", name, s.File)
		}
	}
	for name, s := range project.Services {
		for _, p := range s.Ports {
			if p.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is published on %q", name, p.Published, p.HostIP)
			}
		}
		for variable, value := range s.Environment {
			if secret := strings.Contains(variable, "PASSWORD") || strings.Contains(variable, "URL") || strings.Contains(variable, "TOKEN"); secret &&
				(!strings.HasSuffix(variable, "_FILE") || !strings.HasPrefix(*value, "/run/secrets/")) {
				t.Errorf("%s: %s stands in the file", name, variable)
			}
		}
		if s.Restart == "" {
			t.Errorf("%s: no restart policy", name)
		}
	}
	carebell, migrate := project.Services["carebell"], project.Services["migrate"]
	if carebell.NetworkMode != "host" || *carebell.Environment["CAREBELL_HTTP_ADDR"] != "127.0.0.1:8080" {
		t.Error("the pages would be closed, or open to others")
	}
	if carebell.DependsOn["migrate"].Condition != types.ServiceConditionCompletedSuccessfully || migrate.DependsOn["postgres"].Condition != types.ServiceConditionHealthy {
		t.Error("carebell must wait for the tables, and they for the server")
	}
	for _, secret := range carebell.Secrets {
		if secret.Source == "migrate_url" {
			t.Error("carebell holds the owner's login")
		}
	}
	for _, watched := range []string{"postgres", "health"} {
		if project.Services[watched].HealthCheck == nil {
			t.Errorf("%s has no health check", watched)
		}
	}
	if _, err := os.Stat("postgres-logins.sql"); err != nil {
		t.Error(err)
	}
}

// What the comments say about Telegram can be done.
func TestTelegramIsSwitchedOnByThreeComments(t *testing.T) {
	project, err := load(t, types.Mapping{"SECRETS_DIR": "/etc/carebell"}, func(text string) string {
		return strings.NewReplacer("# CAREBELL_TELEGRAM_TOKEN_FILE", "CAREBELL_TELEGRAM_TOKEN_FILE", "# - telegram_token", "- telegram_token",
			"# telegram_token:", "telegram_token:").Replace(text)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(project.Services["carebell"].Secrets) != 2 || project.Secrets["telegram_token"].File != "/etc/carebell/telegram_token" {
		t.Errorf("the token does not reach carebell: %+v", project.Services["carebell"].Secrets)
	}
}

func TestComposeFaultsAreNoticed(t *testing.T) {
	if _, err := load(t, types.Mapping{}, asItIs); err == nil || !strings.Contains(err.Error(), "name the folder with the secrets") {
		t.Errorf("without SECRETS_DIR: %v", err)
	}
	if _, err := load(t, types.Mapping{"SECRETS_DIR": "/etc/carebell"}, func(text string) string {
		return strings.Replace(text, "stop_grace_period", "stop_grace_perod", 1)
	}); err == nil || !strings.Contains(err.Error(), "stop_grace_perod") {
		t.Errorf("a misspelt key: %v", err)
	}
}
