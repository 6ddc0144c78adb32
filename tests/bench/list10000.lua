-- Lists the ten thousand names the benchmark has made in folder "many".
server { name = "lab", users = { alice = "pw" }, shares = { private = {} } }
redirector { signing = "when_required" }
user { name = "alice", password = "pw" }

process("list", { user = "alice" }, function()
  local status, directory = NtCreateFile { path = [[\\lab\private\many]], access = "list", options = "directory" }
  expect(status, "STATUS_SUCCESS")
  local count = 0
  while true do
    local status, entries = NtQueryDirectoryFile { handle = directory, class = "FileIdBothDirectoryInformation" }
    if status == "STATUS_NO_MORE_FILES" then break end
    expect(status, "STATUS_SUCCESS")
    for _, entry in ipairs(entries) do
      if entry.FileName ~= "." and entry.FileName ~= ".." then count = count + 1 end
    end
  end
  expect(count, 10000)
  expect(NtClose(directory), "STATUS_SUCCESS")
end)
