-- List a directory: whole, by pattern, entry by entry.
server {
  name = "lab",
  users = { alice = "wonderland" },
  shares = {
    public = {
      generated_files = 300,
      files = { ["readme.txt"] = "hello\n", ["notes.txt"] = "notes\n", ["src\\"] = "", ["src\\main.c"] = "int main;\n" },
    },
  },
}
link { server = "lab", latency = "200us" }
user { name = "alice", password = "wonderland" }

local function list(directory, pattern)
  local names = {}
  repeat
    local status, entries = NtQueryDirectoryFile { handle = directory, pattern = pattern, length = 4096 }
    if status == "STATUS_SUCCESS" then
      for _, entry in ipairs(entries) do
        if entry.FileName ~= "." and entry.FileName ~= ".." then names[#names + 1] = entry.FileName end
      end
    end
  until status ~= "STATUS_SUCCESS"
  return names
end

local function open()
  local status, directory = NtCreateFile { path = [[\\lab\public\]], access = "list", options = "directory" }
  expect(status, "STATUS_SUCCESS")
  return directory
end

process("explorer", { user = "alice" }, function()
  local directory = open()
  expect(#list(directory, "*"), 303)
  log("a scan that has ended stays ended")
  expect(NtQueryDirectoryFile { handle = directory }, "STATUS_NO_MORE_FILES")
  expect(NtClose(directory), "STATUS_SUCCESS")

  directory = open()
  expect(#list(directory, "f0012?.txt"), 10)
  expect(NtClose(directory), "STATUS_SUCCESS")

  directory = open()
  log("no match on the first call has a status of its own")
  expect(NtQueryDirectoryFile { handle = directory, pattern = "*.exe" }, "STATUS_NO_SUCH_FILE")
  expect(NtClose(directory), "STATUS_SUCCESS")

  log("one entry at a time")
  directory = open()
  local status, entries = NtQueryDirectoryFile { handle = directory, pattern = "*.txt", single = true }
  expect(status, "STATUS_SUCCESS")
  expect(#entries, 1)
  expect(NtClose(directory), "STATUS_SUCCESS")

  local status, volume = (function()
    local directory = open()
    local status, volume = NtQueryVolumeInformationFile { handle = directory, class = "FileFsSizeInformation" }
    expect(NtClose(directory), "STATUS_SUCCESS")
    return status, volume
  end)()
  expect(status, "STATUS_SUCCESS")
  expect(volume.BytesPerSector > 0, "the volume has sectors")
end)
