/* Asterisk's side of many FastAGI sessions: each header line is a write of its own, each command gets its reply, and
 * the server closes. In a burst the request is one write: the lines of 1,500 sessions would keep this one process busy
 * for longer than the server, where Asterisk has a thread for each. Compiled and run by fastagi.py:
 *
 *   callers PORT WIDTH COMMANDS SECONDS   keeps WIDTH sessions open for so long
 *   callers PORT WIDTH COMMANDS 0         opens WIDTH sessions at once, each once
 *
 * Prints one line of JSON. A session is whole when the server closed after exactly COMMANDS answered commands; every
 * other end is lost. The first reply is timed from connect() (first_reply) and from the request's last byte (answer);
 * in a burst much of the first is this program's own work. Nagle's algorithm stays on, as in res_agi.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_WIDTH 8192
#define MAX_REPLIES (1 << 22)
#define STALLED_MS 20000

struct session {
    int fd, asked, said_request, at_line_start, is_get;
    double begun, asked_at, replied;
};

static const char *HEADER[] = {
    "agi_network: yes\n", "agi_network_script: bench\n", "agi_request: agi://127.0.0.1:4573/bench\n",
    "agi_channel: PJSIP/carrier-00000000\n", "agi_language: es\n", "agi_type: PJSIP\n",
    "agi_uniqueid: 01m84vzsfagmzrh2gh71zdkabw\n", "agi_version: 22.10.1\n", "agi_callerid: +525550009000\n",
    "agi_calleridname: unknown\n", "agi_callingpres: 0\n", "agi_callingani2: 0\n", "agi_callington: 0\n",
    "agi_callingtns: 0\n", "agi_dnid: unknown\n", "agi_rdnis: unknown\n", "agi_context: discador_ask\n",
    "agi_extension: s\n", "agi_priority: 7\n", "agi_enhanced: 0.0\n", "agi_accountcode: spring\n",
    "agi_threadid: 139816466060992\n", "agi_arg_1: HUMAN\n", "agi_arg_2: mexico\n", "\n",
};
static const char VALUE[] = "200 result=1 (HUMAN)\n", DONE[] = "200 result=1\n";

static struct session sessions[MAX_WIDTH];
static float *replies, *answers;
static long whole, lost, opened;
static int poller, port, commands, alive, in_one_write;
static char request[4096];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what) { perror(what); exit(1); }

static void open_session(struct session *s) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(s, 0, sizeof *s);
    s->at_line_start = 1;
    s->begun = now();
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (s->fd < 0) die("socket");
    if (connect(s->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) die("connect");
    struct epoll_event e = {.events = EPOLLOUT, .data.ptr = s};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, s->fd, &e) < 0) die("epoll_ctl");
    opened++;
    alive++;
}

static void close_session(struct session *s, int well) {
    close(s->fd);
    alive--;
    if (well) whole++; else lost++;
}

static int say(struct session *s, const char *text, size_t size) {
    return write(s->fd, text, size) == (ssize_t)size;
}

static int say_request(struct session *s) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error) return 0;
    for (size_t i = 0; i < sizeof HEADER / sizeof *HEADER && !in_one_write; i++)
        if (!say(s, HEADER[i], strlen(HEADER[i]))) return 0;
    if (in_one_write && !say(s, request, strlen(request))) return 0;
    s->said_request = 1;
    s->asked_at = now();
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
    return epoll_ctl(poller, EPOLL_CTL_MOD, s->fd, &e) == 0;
}

/* Returns -1 lost, 0 goes on, 1 whole. */
static int answer(struct session *s) {
    char data[4096];
    ssize_t size = read(s->fd, data, sizeof data);
    if (size < 0) return errno == EAGAIN ? 0 : -1;
    if (size == 0) return s->asked == commands && s->at_line_start ? 1 : -1;
    for (ssize_t i = 0; i < size; i++) {
        if (s->at_line_start) s->is_get = data[i] == 'G';
        s->at_line_start = data[i] == '\n';
        if (!s->at_line_start) continue;
        if (!s->asked++) s->replied = now();
        const char *reply = s->is_get ? VALUE : DONE;
        if (s->asked > commands || !say(s, reply, strlen(reply))) return -1;
    }
    return 0;
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    port = atoi(argv[1]);
    int width = atoi(argv[2]);
    commands = atoi(argv[3]);
    double seconds = atof(argv[4]);
    in_one_write = seconds == 0;
    for (size_t i = 0; i < sizeof HEADER / sizeof *HEADER; i++) strcat(request, HEADER[i]);
    if (width < 1 || width > MAX_WIDTH) return 2;
    struct rlimit files = {MAX_WIDTH + 64, MAX_WIDTH + 64};
    setrlimit(RLIMIT_NOFILE, &files);
    replies = malloc(MAX_REPLIES * sizeof *replies);
    answers = malloc(MAX_REPLIES * sizeof *answers);
    poller = epoll_create1(0);
    double begun = now();
    for (int i = 0; i < width; i++) open_session(&sessions[i]);
    while (alive) {
        struct epoll_event events[256];
        int n = epoll_wait(poller, events, 256, STALLED_MS);
        if (n == 0) {
            lost += alive;
            break;
        }
        for (int i = 0; i < n; i++) {
            struct session *s = events[i].data.ptr;
            int came = !s->said_request ? (say_request(s) ? 0 : -1) : answer(s);
            if (!came) continue;
            if (came > 0 && whole < MAX_REPLIES) {
                replies[whole] = (s->replied - s->begun) * 1000;
                answers[whole] = (s->replied - s->asked_at) * 1000;
            }
            close_session(s, came > 0);
            if (now() - begun < seconds) open_session(s);
        }
    }
    double took = now() - begun;
    long n = whole < MAX_REPLIES ? whole : MAX_REPLIES;
    qsort(replies, n, sizeof *replies, by_size);
    qsort(answers, n, sizeof *answers, by_size);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{\"opened\": %ld, \"whole\": %ld, \"lost\": %ld, \"wall\": %.6f, \"cpu\": %.6f, \"first_reply_p50_ms\": %.3f, "
           "\"first_reply_p99_ms\": %.3f, \"first_reply_max_ms\": %.3f, \"answer_p99_ms\": %.3f}\n",
           opened, whole, lost, took, cpu, n ? replies[n / 2] : -1, n ? replies[n * 99 / 100] : -1,
           n ? replies[n - 1] : -1, n ? answers[n * 99 / 100] : -1);
    return 0;
}
