// paintwatch COMMAND...: how long a program with a window takes until its picture stands.
//
// Starts the program on a screen of its own (Xvfb, whose memory is a file), and looks at that
// screen every few milliseconds, until neither a picture has changed nor the processor has been
// used for a second. Prints "first last idle cpu memory": milliseconds from the start to the first
// picture, to the last change of it, to the last use of the processor, processor time, and MB at
// the highest. The look itself costs a tenth of one processor, for whatever program is looked at.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLookEvery = std::chrono::milliseconds(5);
constexpr double kStillMs = 1000;
constexpr double kLongestMs = 120'000;
constexpr double kIdleMs = 2; // processor time between two looks at it that is none
constexpr std::size_t kBlink = 4 * 64; // bytes: a cursor that blinks is no new picture

[[noreturn]] void fail(const char* what)
{
    std::fprintf(stderr, "paintwatch: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

pid_t start(const std::vector<std::string>& command)
{
    std::vector<char*> arguments;
    for (const std::string& word : command) {
        arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        const int nothing = open("/dev/null", O_WRONLY);
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    return child;
}

// A process that ends with this program.
struct Child
{
    pid_t pid;
    ~Child()
    {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
};

double cpuMs(pid_t pid)
{
    clockid_t clock {};
    timespec time {};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) {
        return -1;
    }
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

double peakMb(pid_t pid)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM")) {
            return std::strtod(line.c_str() + line.find(':') + 1, nullptr) / 1024;
        }
    }
    return 0;
}

// How many bytes of the screen differ from what was seen before; that is brought up to date.
std::size_t changed(const unsigned char* screen, std::vector<unsigned char>& seen)
{
    constexpr std::size_t kPiece = 4096;
    std::size_t count = 0;
    for (std::size_t at = 0; at < seen.size(); at += kPiece) {
        const std::size_t size = std::min(kPiece, seen.size() - at);
        if (std::memcmp(screen + at, seen.data() + at, size) != 0) {
            for (std::size_t i = at; i < at + size; ++i) {
                count += screen[i] != seen[i];
            }
            std::memcpy(seen.data() + at, screen + at, size);
        }
    }
    return count;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fputs("usage: paintwatch COMMAND...\n", stderr);
        return 2;
    }
    char folder[] = "/tmp/paintwatchXXXXXX";
    if (mkdtemp(folder) == nullptr) {
        fail("a folder for the screen");
    }
    int number[2];
    if (pipe(number) != 0) {
        fail("pipe");
    }
    const Child server { start({ "Xvfb", "-displayfd", std::to_string(number[1]), "-fbdir", folder,
                                 "-screen", "0", "1920x1080x24", "-nolisten", "tcp" }) };
    close(number[1]);
    std::string display;
    for (char letter = 0; read(number[0], &letter, 1) == 1 && letter != '\n';) {
        display += letter;
    }
    if (display.empty()) {
        std::fputs("paintwatch: Xvfb did not start\n", stderr);
        return 1;
    }
    setenv("DISPLAY", (":" + display).c_str(), 1);

    const std::string path = std::string(folder) + "/Xvfb_screen0";
    const int file = open(path.c_str(), O_RDONLY);
    struct stat shape
    {
    };
    if (file < 0 || fstat(file, &shape) != 0) {
        fail(path.c_str());
    }
    const auto size = std::size_t(shape.st_size);
    const void* memory = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        fail(path.c_str());
    }
    const auto* screen = static_cast<const unsigned char*>(memory);
    std::vector<unsigned char> seen(screen, screen + size);
    unlink(path.c_str());
    rmdir(folder);

    const Clock::time_point begin = Clock::now();
    const Child program { start(std::vector<std::string>(argv + 1, argv + argc)) };
    double first = 0;
    double last = 0;
    double busy = 0;
    double used = 0;
    double now = 0;
    do {
        std::this_thread::sleep_for(kLookEvery);
        now = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
        if (waitpid(program.pid, nullptr, WNOHANG) != 0) {
            std::fputs("paintwatch: the program ended\n", stderr);
            return 1;
        }
        if (changed(screen, seen) > kBlink) {
            first = first != 0 ? first : now;
            last = now;
        }
        const double cpu = cpuMs(program.pid);
        if (cpu > used + kIdleMs) {
            used = cpu;
            busy = now;
        }
    } while (now < kLongestMs && (first == 0 || now < std::max(last, busy) + kStillMs));
    std::printf(
        "%.0f %.0f %.0f %.0f %.0f\n", first, last, busy, cpuMs(program.pid), peakMb(program.pid));
    return 0;
}
