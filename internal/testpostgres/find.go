package testpostgres

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// oldest is the first major version that carebell runs on.
const oldest = 15

// binaries returns the newest folder with a server of version 15 or later: the one on PATH if it
// answers as PostgreSQL's programs do, else Debian's and others' versioned folders.
func binaries() (string, error) {
	var folders []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		folders = append(folders, filepath.Dir(path))
	}
	var versioned []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		versioned = append(versioned, found...)
	}
	slices.Sort(versioned)
	slices.Reverse(versioned)
	tried := []string{}
	for _, dir := range append(folders, versioned...) {
		why := unfit(dir)
		if why == "" {
			return dir, nil
		}
		tried = append(tried, dir+": "+why)
	}
	if len(tried) == 0 {
		return "", fmt.Errorf("no PostgreSQL server (initdb) on PATH or in the usual folders")
	}
	return "", fmt.Errorf("no PostgreSQL server of version %d or later: %s", oldest, strings.Join(tried, "; "))
}

// unfit says why a folder's programs cannot be used, "" if they can. Stand-ins on PATH that only
// look like the programs do not answer with a version.
func unfit(dir string) string {
	for _, name := range []string{"initdb", "postgres"} {
		out, err := exec.Command(filepath.Join(dir, name), "--version").Output() // #nosec G204 -- looks for the server programs
		if err != nil {
			return name + " does not run"
		}
		_, version, ok := strings.Cut(strings.TrimSpace(string(out)), "(PostgreSQL) ")
		if !ok {
			return name + " is not PostgreSQL's"
		}
		digits := version[:len(version)-len(strings.TrimLeft(version, "0123456789"))]
		if major, err := strconv.Atoi(digits); err != nil || major < oldest {
			return name + " is of version " + version
		}
	}
	return ""
}

// account is whom the server runs as: it refuses to run as root. nil: as ourselves.
func account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")
}
